-- The log of a file is seen with the file; see subjects/logged.sql.
SELECT subjects_show_log_of('caregiver', 'workforce_caregiver');
