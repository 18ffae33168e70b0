"""API tokens: shown once, hashed, scoped, expiring."""

from datetime import timedelta

from rapport.kit import clock, ids
from rapport.team import actions, queries
from rapport.team.models import ApiToken


def test_a_token_is_its_owner_and_its_scope(ada):
    plain = actions.create_token(ada, scope="write", name="Nightly export")
    assert plain.startswith("rpt_")
    assert len(plain) > 40
    assert actions.token_for(plain) == (ada, "write")


def test_only_the_hash_and_four_characters_are_kept(ada):
    plain = actions.create_token(ada)
    kept = ApiToken.objects.get()
    assert kept.hash == ids.hashed(plain)
    assert kept.hint == plain[-4:]
    assert plain not in " ".join(str(value) for value in ApiToken.objects.values().get().values())


def test_a_token_reads_unless_it_is_given_more(ada):
    assert actions.token_for(actions.create_token(ada)) == (ada, "read")


def test_a_token_lives_for_a_year_unless_told_otherwise(ada):
    year, month = actions.create_token(ada), actions.create_token(ada, days=30)
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert actions.token_for(year)
        assert actions.token_for(month) is None
    with clock.frozen(clock.now() + timedelta(days=366)):
        assert actions.token_for(year) is None


def test_a_revoked_token_is_over_and_gone_from_the_list(ada):
    plain = actions.create_token(ada)
    actions.revoke_token(ApiToken.objects.get())
    assert actions.token_for(plain) is None
    assert not queries.tokens_of(ada).exists()


def test_guesses_find_nothing(ada):
    plain = actions.create_token(ada)
    for guess in ("", "rpt_", "rpt_wrong", plain[:-1], plain + "x", plain.upper(), ids.hashed(plain)):
        assert actions.token_for(guess) is None


def test_the_last_use_is_noted_once_a_minute(ada, django_assert_num_queries):
    plain = actions.create_token(ada)
    start = clock.now()
    with clock.frozen(start):
        actions.token_for(plain)
    with clock.frozen(start + timedelta(seconds=30)), django_assert_num_queries(1):
        actions.token_for(plain)
    assert ApiToken.objects.get().last_used_at == start
    with clock.frozen(start + timedelta(seconds=61)):
        actions.token_for(plain)
    assert ApiToken.objects.get().last_used_at == start + timedelta(seconds=61)
