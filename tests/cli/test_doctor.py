"""The doctor tells what is well and what is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from marketplace.cli import main
from marketplace.cli.doctor import Ailing, broker, database, examine, mail, media, provider
from marketplace.cli.up.ports import free_port
from marketplace.kernel.settings import Settings


def test_a_migrated_database_is_well(settings: Settings, clean_database: None) -> None:
    assert "at migration" in database(settings)


def test_an_empty_database_is_not(settings: Settings, servers: object) -> None:
    url = settings.database_url.rpartition("/")[0] + "/postgres"
    with pytest.raises(Ailing, match="db upgrade"):
        database(replace(settings, database_url=url))


def test_a_database_out_of_reach_is_not(settings: Settings) -> None:
    with pytest.raises(Ailing, match="connection"):
        database(replace(settings, database_url=f"postgresql://a@127.0.0.1:{free_port()}/b"))


def test_the_broker(settings: Settings) -> None:
    assert broker(settings).startswith("valkey")
    with pytest.raises(Ailing, match="the shop sells"):
        broker(replace(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0"))


def test_mail_and_media_are_places_to_write_to(settings: Settings, tmp_path: Path) -> None:
    assert "SMTP_URL is not set" in mail(settings)
    assert media(replace(settings, media_url=f"file://{tmp_path}/media")) == f"{tmp_path}/media"
    (tmp_path / "file").touch()
    with pytest.raises(Ailing, match="cannot write"):
        media(replace(settings, media_url=f"file://{tmp_path}/file/media"))


def test_a_mail_server_out_of_reach_is_not_well(settings: Settings) -> None:
    with pytest.raises(Ailing, match="refused"):
        mail(replace(settings, smtp_url=f"smtp://127.0.0.1:{free_port()}"))


def test_a_provider_out_of_reach_is_not_well(settings: Settings) -> None:
    with pytest.raises(Ailing, match=r"127\.0\.0\.1"):
        provider(settings)


def test_bad_settings_are_named_and_end_it() -> None:
    findings = examine({"MARKETPLACE_ENV": "production"})
    assert not any(finding.well for finding in findings)
    assert any("SECRET_KEY" in finding.text for finding in findings)


def test_the_exit_code() -> None:
    shown = CliRunner(env={"MARKETPLACE_ENV": "production"}).invoke(main, ["doctor"])
    assert shown.exit_code == 1
    assert "✗  settings" in shown.output
