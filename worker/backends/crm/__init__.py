"""What notifies the CRM: one backend a file or folder, chosen by CRM_BACKEND."""
