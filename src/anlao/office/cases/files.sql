-- A case about a file of a register belongs where the file does.
DROP TRIGGER division_of_elder ON cases_case;
CREATE TRIGGER division_of_holder BEFORE INSERT ON cases_case
  FOR EACH ROW EXECUTE FUNCTION benefits_division_of_holder();
