"""What is measured, a file for each set-up."""
