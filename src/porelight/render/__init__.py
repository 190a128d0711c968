"""Virtual photographs of skin with known pores, and the preview of a predicted skin."""
