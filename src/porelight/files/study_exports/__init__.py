"""A study in the formats of other programs: statistics, REDCap, FHIR, DICOM, NetCDF, RO-Crate.

The writers take plain records (`content`) and know no store. What each number means and its unit
stands once, in `quantities`; dictionaries, codes and units of all formats follow from it.
"""
