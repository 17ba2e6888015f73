"""What a script shows to servers: ids and tokens, signed or not, and headers."""

from bokeh.util.token import check_token_signature, get_session_id

from hybridviz.client.credentials import Credentials
from hybridviz.config import Settings

KEY = "a secret of at least some length"


def test_without_a_key_ids_and_tokens_are_plain() -> None:
    mine = Credentials("mine", None, None, Settings())
    assert get_session_id(mine.token()) == "mine" and mine.headers == {}
    assert Credentials(None, None, None, Settings()).session_id.isalnum()


def test_a_key_signs_what_bokeh_can_check() -> None:
    for secret, settings in ((KEY, Settings()), (None, Settings(secret_key=KEY))):
        made = Credentials(None, secret, None, settings)
        assert check_token_signature(made.token(), KEY.encode(), signed=True)
        assert get_session_id(made.token()) == made.session_id


def test_a_header_of_the_script_counts_more_than_the_upload_token() -> None:
    settings = Settings(upload_token="upload")
    assert Credentials("x", None, None, settings).headers == {"Authorization": "Bearer upload"}
    own = {"Authorization": "Basic own"}
    assert Credentials("x", None, own, settings).headers == own
