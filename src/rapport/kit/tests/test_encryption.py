import json

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.db.models import TextField

from rapport.kit.encryption import CannotDecrypt, decrypt, encrypt, rotate
from rapport.kit.fields import EncryptedJSONField

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


def test_what_is_encrypted_is_unreadable_and_comes_back(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    token = encrypt("pässword 密码")
    assert "ssword" not in token
    assert encrypt("pässword 密码") != token
    assert decrypt(token) == "pässword 密码"


def test_an_old_key_still_opens_and_a_rotated_secret_needs_only_the_new_one(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    token = encrypt("secret")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert decrypt(token) == "secret"
    rotated = rotate(token)
    settings.ENCRYPTION_KEYS = [NEW]
    assert decrypt(rotated) == "secret"
    with pytest.raises(CannotDecrypt, match="RAPPORT_ENCRYPTION_KEYS"):
        decrypt(token)


def test_what_is_no_secret_of_ours_cannot_be_opened_or_rotated(settings):
    settings.ENCRYPTION_KEYS = [OTHER]
    for action in (decrypt, rotate):
        with pytest.raises(CannotDecrypt):
            action("not a token")


def test_the_field_keeps_json_encrypted_and_gives_it_back(settings):
    settings.ENCRYPTION_KEYS = [OLD]
    field = EncryptedJSONField()
    stored = field.get_prep_value({"password": "hunter2", "ports": [1, 2], "none": None})
    assert "hunter2" not in stored
    assert json.loads(decrypt(stored))["ports"] == [1, 2]
    assert field.from_db_value(stored, None, connection) == {"password": "hunter2", "ports": [1, 2], "none": None}
    assert field.get_prep_value(None) is None
    assert field.from_db_value(None, None, connection) is None
    assert isinstance(field, TextField)


def test_the_field_can_be_asked_only_whether_it_is_empty():
    field = EncryptedJSONField()
    assert field.get_lookup("isnull")
    assert field.get_lookup("exact") is None
    assert field.get_lookup("contains") is None
