"""All families of the fault suite, in the order of the table."""

from recovery_cases_answers import FAMILIES as ANSWERS
from recovery_cases_forms import FAMILIES as FORMS
from recovery_cases_names import FAMILIES as NAMES
from recovery_cases_several import FAMILIES as SEVERAL
from recovery_cases_values import FAMILIES as VALUES

FAMILIES = (*FORMS, *VALUES, *NAMES, *ANSWERS, *SEVERAL)
