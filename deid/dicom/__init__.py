"""DICOM files without what says who: headers by PS3.15, pictures quarantined or blanked."""

from deid.dicom.cleaner import DicomCleaner, Settings
from deid.dicom.devices import read_devices
from deid.dicom.report import Outcome, Tally
from deid.dicom.table import OPTIONS, PROFILES, options

__all__ = ["OPTIONS", "PROFILES", "DicomCleaner", "Outcome", "Settings", "Tally", "options", "read_devices"]
