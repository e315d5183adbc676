-- The log of a file is seen with the file; see subjects/logged.sql.
SELECT subjects_show_log_of('institution', 'facilities_institution'),
  subjects_show_log_of('centre', 'facilities_centre'),
  subjects_show_log_of('resident', 'facilities_stay');
