"""Who can see and who looked: her own lists and questions, the auditors' account and samples."""
