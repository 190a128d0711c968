"""From a photograph of skin to the pores in it, with their sizes and how sure they are."""
