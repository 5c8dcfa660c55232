"""What takes referral perks back: one backend a file, chosen by PERKS_BACKEND."""
