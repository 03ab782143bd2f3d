"""Bytes in the database: packed before a transaction, kept once per content, in rows of at most 1 MB."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import Connection, select

from maild.store.dialect import any_of, in_chunks
from maild.store.tables import blob, blob_chunk

_IDS = select(blob.c.sha256, blob.c.id).where(any_of(blob.c.sha256, "names"))
_CODECS = select(blob.c.id, blob.c.codec).where(any_of(blob.c.id, "ids"))
_CHUNKS = (
    select(blob_chunk.c.blob, blob_chunk.c.bytes)
    .where(any_of(blob_chunk.c.blob, "ids"))
    .order_by(blob_chunk.c.blob, blob_chunk.c.n)
)
# Eight rows of at most 1 MB at once: a page of blobs is larger than what may be in memory.
_STREAM = _CHUNKS.execution_options(yield_per=8)
_KEEP = blob.insert().returning(blob.c.sha256, blob.c.id)
_KEEP_CHUNK = blob_chunk.insert()

CHUNK_BYTES = 1_000_000
_SAMPLE_BYTES = 16_384
_WORTH = 0.9
_REPETITIVE = 0.65
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Packed:
    """Bytes ready to be stored: named by the SHA-256 of what they were, in chunks of what they became."""

    sha256: str
    size: int
    codec: str
    chunks: tuple[bytes, ...] = field(repr=False)


def pack(raw: bytes) -> Packed:
    """Hash and compress, outside of any transaction; what does not shrink is kept as it is."""
    packed, codec = raw, "plain"
    # A sample tells pictures and archives apart before much time is spent on them: the middle, past any words above.
    start = max(len(raw) - _SAMPLE_BYTES, 0) // 2
    sample = raw[start : start + _SAMPLE_BYTES]
    shrunk = zlib.compress(sample, _LEVEL)
    if len(shrunk) < len(sample) * _WORTH:
        repeats = len(shrunk) < len(sample) * _REPETITIVE
        packed, codec = shrunk if len(sample) == len(raw) else _compress(raw, repeats=repeats), "zlib"
    chunks = tuple(packed[start : start + CHUNK_BYTES] for start in range(0, len(packed), CHUNK_BYTES))
    return Packed(hashlib.sha256(raw).hexdigest(), len(raw), codec, chunks)


def _compress(raw: bytes, *, repeats: bool) -> bytes:
    """Compress; what repeats nothing (base64 of a picture) is not searched for it: as small, in a third of the time."""
    strategy = zlib.Z_DEFAULT_STRATEGY if repeats else zlib.Z_HUFFMAN_ONLY
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, strategy)
    return packing.compress(raw) + packing.flush()


def keep_blobs(connection: Connection, packed: Iterable[Packed]) -> dict[str, int]:
    """Store what is not there yet; return the id of each by its SHA-256."""
    by_name = {one.sha256: one for one in packed}
    ids = _ids_of(connection, by_name)
    missing = [one for name, one in by_name.items() if name not in ids]
    if not missing:
        return ids
    rows = [{"sha256": one.sha256, "size": one.size, "codec": one.codec} for one in missing]
    for row in connection.execute(_KEEP, rows):
        ids[row.sha256] = row.id
    chunks = [
        {"blob": ids[one.sha256], "n": n, "bytes": chunk} for one in missing for n, chunk in enumerate(one.chunks)
    ]
    if chunks:
        connection.execute(_KEEP_CHUNK, chunks)
    return ids


def read_blobs(connection: Connection, ids: Iterable[int]) -> dict[int, bytes]:
    """Read whole blobs by id."""
    wanted = set(ids)
    codecs: dict[int, str] = {}
    chunks: defaultdict[int, list[bytes]] = defaultdict(list)
    for some in in_chunks(wanted):
        for row in connection.execute(_CODECS, {"ids": some}):
            codecs[row.id] = row.codec
        for row in connection.execute(_CHUNKS, {"ids": some}):
            chunks[row.blob].append(row.bytes)
    return {key: _unpack(codec, chunks[key]) for key, codec in codecs.items()}


def hash_blobs(connection: Connection, codecs: Mapping[int, str]) -> dict[int, tuple[str | None, int]]:
    """Hash and count what blobs of these codecs unpack to, without keeping it; None for what cannot be unpacked."""
    found = {key: _hashed(codec, ()) for key, codec in codecs.items()}
    for some in in_chunks(codecs):
        chunks = connection.execute(_STREAM, {"ids": some})
        for key, rows in groupby(chunks, lambda row: int(row.blob)):
            found[key] = _hashed(codecs[key], (row.bytes for row in rows))
    return found


def find_blob_id(connection: Connection, sha256: str) -> int | None:
    """Look a content up by its name."""
    return connection.execute(select(blob.c.id).where(blob.c.sha256 == sha256)).scalar_one_or_none()


def _ids_of(connection: Connection, names: Mapping[str, object]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for some in in_chunks(names):
        for row in connection.execute(_IDS, {"names": some}):
            ids[row.sha256] = row.id
    return ids


def _unpack(codec: str, chunks: list[bytes]) -> bytes:
    packed = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    return zlib.decompress(packed) if codec == "zlib" else packed


def _hashed(codec: str, chunks: Iterable[bytes]) -> tuple[str | None, int]:
    digest, size = hashlib.sha256(), 0
    try:
        for piece in _inflated(chunks) if codec == "zlib" else chunks:
            digest.update(piece)
            size += len(piece)
    except zlib.error:
        return None, size
    return digest.hexdigest(), size


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack in pieces: damaged bytes may claim to become gigabytes."""
    inflating = zlib.decompressobj()
    for chunk in chunks:
        rest = chunk
        while rest:
            yield inflating.decompress(rest, CHUNK_BYTES)
            rest = inflating.unconsumed_tail
    yield inflating.flush()
    if not inflating.eof or inflating.unused_data:
        raise zlib.error("it ends too early or too late")
