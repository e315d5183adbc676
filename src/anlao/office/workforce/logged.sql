SELECT subjects_show_log_of('caregiver', 'workforce_caregiver');
