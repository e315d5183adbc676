"""One office on a real database for the whole run, with a small county in it.

The settings are there before any test module is read, so that modules import models at the top.
"""

from __future__ import annotations

import atexit
import copy
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest

from anlao.office.database.folder import DataFolder
from anlao.office.installation import SETTINGS, opened
from tests.new_office import take_secrets, take_tables, wait_for_no_disk

if TYPE_CHECKING:
    from django.test import Client

    from anlao.office.organisations.models import User
    from tests.office.county import County

# Not in the tests' own folders, which are closed: the database may run as another system user.
_PLACE = Path(tempfile.mkdtemp(prefix="anlao-test-"))
_PLACE.chmod(0o711)
atexit.register(shutil.rmtree, _PLACE, ignore_errors=True)
FOLDER = DataFolder(_PLACE)
take_secrets(FOLDER)
wait_for_no_disk()
os.environ["ANLAO_DATA"] = str(FOLDER.path)
# The browser of other tests keeps an event loop in this thread; ours touch none of its work.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
django.setup()


@pytest.fixture(scope="session")
def office() -> Iterator[DataFolder]:
    """An open office; passwords are hashed fast."""
    from django.test import override_settings

    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    take_tables(FOLDER)
    with opened(FOLDER), override_settings(PASSWORD_HASHERS=hashers):
        yield FOLDER


@pytest.fixture
def own_settings(office: DataFolder) -> Iterator[Callable[[str], Path]]:
    """Return where a county's own settings of a room go; they are gone after the test."""
    from tests.office.county import COUNTY

    made = []

    def of(room: str) -> Path:
        made.append(office.path / room / f"{COUNTY}.yaml")
        made[-1].parent.mkdir(exist_ok=True)
        return made[-1]

    yield of
    for file in made:
        file.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def founded(office: DataFolder) -> Iterator[County]:
    """Six elders and everybody who works with them, committed for the whole run."""
    from tests.office.county import build, keep_copy, leave

    made = build()
    keep_copy(office)
    yield made
    leave()


@pytest.fixture
def county(founded: County) -> County:
    """The county, in objects that a test may change."""
    return copy.deepcopy(founded)


@pytest.fixture
def db(founded: County) -> Iterator[None]:
    """A transaction of the application's login that leaves nothing behind."""
    from django.db import transaction

    del founded
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def committed(founded: County, office: DataFolder) -> Iterator[None]:
    """Let a test commit; afterwards all tables are as they were."""
    from django.db import connections

    from tests.office.county import put_back

    del founded
    yield
    connections.close_all()
    put_back(office)


@pytest.fixture
def client_of(committed: None) -> Callable[[User | None], Client]:
    """Make the browser of a user (None: of a stranger). Requests commit, as in the office."""
    from django.test import Client

    del committed

    def make(user: User | None) -> Client:
        client = Client(SERVER_NAME="localhost")
        if user is not None:
            client.force_login(user)
        return client

    return make
