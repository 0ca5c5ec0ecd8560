package io.ashlar.core.segment;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.GroupProof.Verdict;
import io.ashlar.core.format.Superblock.LaneGeometry;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// Any bytes as a group: judged without an exception, and where the verdict is sound, every record
/// and payload lies within it.
///
/// Input: `| stream 1 | 1: magic, secret and checksum are made to hold | the group |`.
class GroupFuzzTest {
  private static final int PREAMBLE_BYTES = 2;
  private static final int MEMORY_BYTES = 64 * 1024;
  private static final int GENERATION = 1;
  private static final long SECRET = 99;
  private static final LaneGeometry GEOMETRY = new LaneGeometry(0, 1, 512, 1 << 20, 24, 1 << 20);

  private final Crc32c crc = new Crc32c();
  private final GroupProof proof = new GroupProof(crc, SECRET, 0);
  private final UnsafeBuffer memory = new UnsafeBuffer(ByteBuffer.allocateDirect(MEMORY_BYTES));
  private final GroupWindow window =
      new GroupWindow(memory, GEOMETRY, proof, crc, GroupHeaderFlyweight.META_HEADER_BYTES);
  private final GroupHeaderFlyweight header = new GroupHeaderFlyweight();

  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "1h")
  void shouldWalkASoundGroupWithinItself(byte[] input) {
    if (input.length < PREAMBLE_BYTES) {
      return;
    }
    Stream stream = Stream.ofCode((input[0] & 0xFF) % Stream.COUNT);
    int length = Math.min(input.length - PREAMBLE_BYTES, MEMORY_BYTES);
    memory.setMemory(0, MEMORY_BYTES, (byte) 0);
    memory.putBytes(0, input, PREAMBLE_BYTES, length);
    if (input[1] == 1) {
      makeHold(stream);
    }
    window.loaded(0, 0, MEMORY_BYTES);
    if (window.judge(stream, GENERATION, 0) == Verdict.SOUND && window.holdsGroup()) {
      walk();
    }
  }

  private void makeHold(Stream stream) {
    header.wrap(memory, 0, GroupHeaderFlyweight.HEADER_BYTES_MAX);
    header.identity(SECRET, 0, stream.code());
    header.order(header.sequence(), header.durableThrough(), header.epoch(), GENERATION);
    int bytes = header.headerBytes();
    if (bytes >= GroupHeaderFlyweight.BYTES && bytes <= GroupHeaderFlyweight.HEADER_BYTES_MAX) {
      header.checksum(proof.checksumOf(header.buffer(), bytes));
    }
  }

  private void walk() {
    long base = window.payloadBase();
    long end = base + window.header().payloadBytes();
    GroupRecords records = window.records();
    int count = 0;
    while (records.next()) {
      count++;
      assertThat(records.record().type()).isNotNull();
      if (!records.record().type().hasBlocks()) {
        assertThat(records.payloadOffset()).isBetween(base, end);
      }
      while (records.nextBlock()) {
        assertThat(records.payloadOffset() + records.block().length()).isBetween(base, end);
      }
    }
    assertThat(count).isEqualTo(window.header().records());
    assertThat(window.payloadsSound() || count > 0).isTrue();
  }
}
