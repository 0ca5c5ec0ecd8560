/// A 4 KiB block as its host wrote it ↔ the *sealed block* that the log holds.
///
/// # Sealing
///
/// 1. A block of zeroes becomes [Codec#ZERO]: nothing is stored.
/// 2. [Lz4], where the volume compresses and the block shrinks by a sector at least. The *content*
///    is then `length of the LZ4 block (2 bytes, little-endian) · LZ4 block`, padded with zeroes to
///    a multiple of 16. Otherwise the content is the block itself.
/// 3. AES-256-XTS (IEEE 1619) over the content, where the volume has a key. The data unit number
///    ("tweak") is the block's write id as an unsigned little-endian 128-bit number whose upper
///    half is zero. A write id is never used twice under one key, so equal blocks, and one block
///    written twice, show nothing in common.
/// 4. CRC-32C over the stored bytes, seeded with (layer, lba, write id).
///
/// Opening proves each step before it believes it, in the reverse order.
///
/// # What an observer of the device still sees
///
/// Which blocks are mapped, which are zero, how well each compresses, and when each was written.
/// XTS has no integrity against someone who can write to the device and to the index: the checksum
/// sees accidents, not attacks.
///
/// # Keys
///
/// A [DataKey] belongs to a layer and has a generation. It rests wrapped ([WrappedKey]: AES-256-GCM
/// under a key-encryption key, bound to layer and generation) and is unwrapped by a [KeyProvider].
/// Key bytes live outside the heap and are wiped; each class says where a library copies them.
///
/// # Memory
///
/// Every buffer here is memory outside the heap, whether wrapped from an address or from a direct
/// `ByteBuffer`, and must outlive the call. Nothing is allocated per block. Sealers, openers and
/// key rings belong to one thread.
@NullMarked
package io.ashlar.core.transform;

import org.jspecify.annotations.NullMarked;
