"""What stands in the log after all tests of this folder; its name makes it the last."""


def test_no_token_no_secret_no_claim(browser, provider, whole_log, secret_words):
    browser.log_in()
    for mode in ("userinfo_500", "bad_sig", "token_garbage", "sub_mismatch"):
        provider.fault(mode)
        browser.log_in(nouveau="1")
    provider.clear()
    browser.log_in(nouveau="1")
    browser.log_out()
    secret_words |= {
        value
        for seen in provider.seen
        for name, value in (seen["form"] | seen["args"]).items()
        if name in {"code", "code_verifier", "id_token_hint"} and len(value) > 10
    }
    # Each test before this one has left its own there.
    assert len(secret_words) > 20
    assert len(whole_log) > 10
    found = {
        (word[:6], line[:80])
        for line in whole_log
        for word in secret_words
        if word in line
    }
    assert found == set()
