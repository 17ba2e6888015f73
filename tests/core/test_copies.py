"""Copies of large arrays: they never change, and their memory is used again."""

import numpy as np
import pytest

from hybridviz.core.copies import KEPT, LARGE, Copies


def array(value: int, size: int = LARGE) -> memoryview:
    return np.full(size // 8, value, np.int64).data


def address(copy: bytes | memoryview) -> int:
    return int(np.frombuffer(copy, np.uint8).ctypes.data)


@pytest.mark.parametrize("shape", [(0,), (7,), (LARGE // 8 + 1,), (3, LARGE // 8)])
def test_a_copy_has_the_bytes_of_the_array(shape: tuple[int, ...]) -> None:
    original = np.random.default_rng(1).random(shape)
    copy = Copies().copy(original.data)
    assert len(copy) == original.nbytes and bytes(copy) == original.tobytes()
    original[...] = 0
    assert original.size == 0 or bytes(copy) != original.tobytes()


def test_nobody_can_write_to_a_copy() -> None:
    copy = Copies().copy(array(1))
    assert isinstance(copy, memoryview) and copy.readonly


def test_a_buffer_is_used_again_when_nobody_has_the_copy() -> None:
    copies = Copies()
    first = copies.copy(array(1))
    place = address(first)
    del first
    second = copies.copy(array(2))
    assert address(second) == place and bytes(second) == array(2).tobytes()


def test_a_part_of_a_copy_keeps_it_as_it_is() -> None:
    copies = Copies()
    rest = memoryview(copies.copy(array(1)))[8:]
    others = [copies.copy(array(value)) for value in range(2, 5)]
    assert bytes(rest) == array(1).tobytes()[8:]
    assert [copy[0] for copy in others] == [2, 3, 4]


@pytest.mark.parametrize("size", [LARGE, 2 * LARGE + 8, 5 * LARGE])
def test_a_buffer_that_does_not_fit_is_let_go(size: int) -> None:
    copies = Copies()
    copies.copy(array(1, 2 * LARGE))
    copy = copies.copy(array(2, size))
    assert bytes(copy) == array(2, size).tobytes()
    assert np.frombuffer(copy, np.uint8).nbytes == size


def test_what_is_kept_is_bounded() -> None:
    copies = Copies()
    held = [copies.copy(array(value)) for value in range(3)]
    places = {address(copy) for copy in held}
    held.clear()
    assert len(copies._spare) == 1 and copies._spare[0].ctypes.data in places
    copies.copy(array(1, KEPT + 8))
    assert not copies._spare
