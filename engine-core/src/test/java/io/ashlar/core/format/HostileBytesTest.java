package io.ashlar.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.format.Superblock.Pieces;
import io.ashlar.core.format.Superblock.StreamCursor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bytes that nobody wrote, with checksums that hold: what is decoded makes sense all the same, or
/// is refused by [CorruptRecordException], and by nothing else.
class HostileBytesTest {
  private static final int ROUNDS = 20_000;
  private static final int CHECKSUM_OFFSET = 8;

  private final Crc32c crc = new Crc32c();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldBelieveNoSuperblockThatPointsOutOfTheDevice(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[Superblock.BYTES]);
    int believed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      sample().encode(buffer, 0, crc);
      for (int hits = random.nextInt(3); hits > 0; hits--) {
        // Past the version: an unknown one is another complaint.
        buffer.putInt(16 + 4 * random.nextInt(45), nasty(random));
      }
      int from = CHECKSUM_OFFSET + Integer.BYTES;
      buffer.putInt(CHECKSUM_OFFSET, crc.of(buffer, from, Superblock.BYTES - from));
      try {
        Superblock decoded = Superblock.decode(buffer, 0, crc, "here");
        assertThat(decoded).isNotNull();
        believed++;
        LaneGeometry geometry = decoded.geometry();
        assertThat(geometry.segmentOffset(geometry.segments())).isPositive();
        for (StreamCursor cursor : decoded.cursors()) {
          assertThat(cursor.segment()).isBetween(0, geometry.segments() - 1);
          assertThat(cursor.offset()).isBetween(0, geometry.segmentBytes());
        }
      } catch (CorruptRecordException refused) {
        assertThat(refused.getMessage()).as("seed %d round %d", seed, round).contains("here");
      } catch (UnsupportedFormatException e) {
        throw new AssertionError("the version was not touched", e);
      }
    }
    assertThat(believed).isBetween(1, ROUNDS - 1);
  }

  private static int nasty(SplittableRandom random) {
    int[] some = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 511, 4096, 1 << 20, 1 << 30};
    return random.nextBoolean() ? random.nextInt() : some[random.nextInt(some.length)];
  }

  private static Superblock sample() {
    List<StreamCursor> cursors =
        List.of(new StreamCursor(0, 1, 0), new StreamCursor(1, 2, 512), new StreamCursor(2, 3, 0));
    LaneGeometry geometry = new LaneGeometry(0, 1, 512, 1 << 20, 24, 1 << 20);
    Pieces pieces = new Pieces(4096, 3, 1, 100, 7, 1);
    return new Superblock(
        5,
        new UUID(1, 2),
        new UUID(3, 4),
        99,
        geometry,
        3,
        false,
        10,
        12,
        pieces,
        cursors,
        Superblock.ScrubTimes.NONE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldFindEveryRecordOfASoundGroupWithinItsHeader(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[GroupHeaderFlyweight.HEADER_BYTES_MAX];
    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    GroupProof proof = new GroupProof(crc, 99, 0);
    GroupHeaderFlyweight header = new GroupHeaderFlyweight();
    RecordFlyweight record = new RecordFlyweight();
    int sound = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int length = group(buffer, random);
      header.wrap(buffer, 0, bytes.length);
      boolean sane = length >= GroupHeaderFlyweight.BYTES && length <= bytes.length;
      header.checksum(sane ? proof.checksumOf(header.buffer(), length) : 0);
      if (proof.judge(header, 0, 1, 1 << 20) != GroupProof.Verdict.SOUND) {
        continue;
      }
      sound++;
      int at = GroupHeaderFlyweight.BYTES;
      for (int i = 0; i < header.records(); i++) {
        record.wrap(header.buffer(), at);
        assertThat(record.type()).isNotNull();
        at += record.length();
      }
      assertThat(at).as("seed %d round %d", seed, round).isEqualTo(header.headerBytes());
    }
    assertThat(sound).as("some hits do no harm").isBetween(1, ROUNDS - 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void shouldRefuseAGroupWithoutRecords(int records) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[GroupHeaderFlyweight.HEADER_BYTES_MAX]);
    GroupProof proof = new GroupProof(crc, 99, 0);
    GroupHeaderFlyweight header = new GroupHeaderFlyweight().wrap(buffer, 0, buffer.capacity());
    header.identity(99, 0, 0).order(7, 6, 1, 1);
    header.shape(GroupHeaderFlyweight.BYTES, 0, records).time(0);
    header.checksum(proof.checksumOf(buffer, GroupHeaderFlyweight.BYTES));
    assertThat(proof.judge(header, 0, 1, 1 << 20)).isEqualTo(GroupProof.Verdict.DAMAGED);
  }

  /// A group of a few records, hit in some places.
  private static int group(UnsafeBuffer buffer, SplittableRandom random) {
    GroupHeaderFlyweight header = new GroupHeaderFlyweight();
    header.wrap(buffer, 0, buffer.capacity());
    int at = GroupHeaderFlyweight.BYTES;
    int payload = 0;
    int records = 1 + random.nextInt(4);
    for (int i = 0; i < records; i++) {
      RecordFlyweight record = new RecordFlyweight().wrap(buffer, at);
      int blocks = random.nextInt(3);
      record.head(blocks == 0 ? RecordType.UNMAP : RecordType.WRITE, blocks, 1);
      record.place(i, i, 1).payload(0, 0);
      for (int b = 0; b < blocks; b++) {
        int offset = at + RecordFlyweight.descriptorOffset(b);
        new BlockDescriptorFlyweight().wrap(buffer, offset).set(0, 700, 1, 0);
        payload += 1024;
      }
      at += record.length();
    }
    header.identity(99, 0, 0).order(7, 6, 1, 1).shape(at, payload, records).time(0);
    for (int hits = random.nextInt(3); hits > 0; hits--) {
      buffer.putInt(32 + 4 * random.nextInt((at - 32) / 4), nasty(random));
    }
    return header.headerBytes();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldReadNoVolumeEntryBeyondWhatIsThere(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    VolumeEntry entry =
        new VolumeEntry(new UUID(1, 2), 7, 4096, 1 << 20, 1, true, "db", new byte[128]);
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[VolumeEntry.BYTES_MAX]);
    int decoded = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int length = entry.encode(buffer, 0);
      buffer.putInt(4 * random.nextInt(length / 4), nasty(random));
      int available = random.nextBoolean() ? length : random.nextInt(length);
      try {
        VolumeEntry found = VolumeEntry.decode(buffer, 0, available);
        decoded++;
        assertThat(found.wrappedKeys().length).isLessThanOrEqualTo(available);
        assertThat(found.sizeBytes()).isPositive();
      } catch (CorruptRecordException refused) {
        assertThat(refused).isNotNull();
      }
    }
    assertThat(decoded).isBetween(1, ROUNDS - 1);
  }
}
