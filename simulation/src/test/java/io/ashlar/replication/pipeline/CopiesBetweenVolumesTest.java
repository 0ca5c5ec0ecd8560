package io.ashlar.replication.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Node 1 leads two volumes. The one that is copied from has replicas on nodes 2 and 3, the other
/// on node 3 alone, so that nothing which node 2 does matters to it.
class CopiesBetweenVolumesTest {
  private static final int SOURCE = 1;
  private static final int TARGET = 2;
  private static final int LARGE = 3;
  private static final int LONG_BYTES = 16 << 20;
  private static final int EPOCH = 10;
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 64;
  private static final long NEVER_NS = 10_000_000_000L;

  private final PipelineRig cluster = new PipelineRig(1);
  private final PrimaryVolume source;
  private final PrimaryVolume target;
  private int pending;

  CopiesBetweenVolumesTest() {
    for (int layer = SOURCE; layer <= TARGET; layer++) {
      cluster.create(layer, (long) BLOCKS * BLOCK, BLOCK);
    }
    source = cluster.lead(SOURCE, 1, EPOCH);
    target = lead(1, TARGET, EPOCH, 3);
  }

  private PrimaryVolume lead(int node, int layer, int epoch, int follower) {
    cluster.node(follower).shard.follow(PipelineRig.id(layer), epoch);
    TreeSet<Integer> others = new TreeSet<>(List.of(follower));
    LeadTerms terms = PipelineRig.terms(epoch, others, new TreeSet<>(), 0);
    return cluster.node(node).shard.lead(PipelineRig.id(layer), terms);
  }

  @BeforeEach
  void writeFive() {
    cluster.turnUntil(() -> source.isServing() && target.isServing());
    write(source, 5);
    cluster.turnUntil(() -> pending == 0);
    cluster.turns(1000);
  }

  private BlockRequest request(BlockOperation operation, long value) {
    BlockRequest request = new BlockRequest(ended -> pending--);
    request.operation = operation;
    request.lengthBytes = BLOCK;
    request.data.wrap(ByteBuffer.allocateDirect(BLOCK));
    request.data.putLong(0, value);
    request.status = BlockStatus.ABORTED;
    pending++;
    return request;
  }

  private BlockRequest write(BlockVolume volume, long value) {
    BlockRequest write = request(BlockOperation.WRITE, value);
    volume.submit(write);
    return write;
  }

  private BlockRequest copy(BlockVolume from, BlockVolume to) {
    BlockRequest copy = request(BlockOperation.COPY, 0);
    copy.source = from;
    copy.offsetBytes = BLOCK;
    to.submit(copy);
    return copy;
  }

  /// What the target's block has that is copied to.
  private long copiedValue() {
    BlockRequest read = request(BlockOperation.READ, 0);
    read.offsetBytes = BLOCK;
    target.submit(read);
    cluster.turnUntil(() -> read.status == BlockStatus.OK);
    return read.data.getLong(0);
  }

  /// A write to the source that node 2 does not get done.
  private void writeSixToBeLost() {
    cluster.node(2).rig.disk.latency(NEVER_NS, NEVER_NS);
    write(source, 6);
    cluster.turns(1000);
  }

  @Test
  void shouldWaitForWhatItCopied() {
    writeSixToBeLost();
    BlockRequest copy = copy(source, target);
    cluster.turns(1000);
    assertThat(copy.status).as("node 2 has not what was copied").isEqualTo(BlockStatus.ABORTED);
    BlockRequest beside = write(target, 7);
    cluster.turns(1000);
    assertThat(beside.status).as("the target waits for node 3 alone").isEqualTo(BlockStatus.OK);
    cluster.drop(source, 1, 2);
    cluster.turnUntil(() -> pending == 0);
    assertThat(copy.status).isEqualTo(BlockStatus.OK);
    assertThat(copiedValue()).isEqualTo(6);
    assertThat(source.isIdle()).isTrue();
    assertThat(target.isIdle()).isTrue();
  }

  @Test
  void shouldNotWaitForWhatItDidNotCopy() {
    writeSixToBeLost();
    BlockRequest copy = request(BlockOperation.COPY, 0);
    copy.source = source;
    copy.sourceOffsetBytes = 8L * BLOCK;
    target.submit(copy);
    cluster.turns(1000);
    assertThat(copy.status).isEqualTo(BlockStatus.OK);
  }

  @Test
  void shouldWaitForTheSourcesLeases() {
    cluster.network.isolate(2);
    cluster.turns(1000);
    BlockRequest copy = copy(source, target);
    cluster.turns(1000);
    assertThat(copy.status)
        .as("somebody else may lead the source by now")
        .isEqualTo(BlockStatus.ABORTED);
    cluster.network.heal();
    cluster.turnUntil(() -> pending == 0);
    assertThat(copy.status).isEqualTo(BlockStatus.OK);
    assertThat(copiedValue()).isEqualTo(5);
  }

  @Test
  void shouldWaitForTheTargetToo() {
    cluster.node(3).rig.disk.latency(NEVER_NS, NEVER_NS);
    BlockRequest copy = copy(source, target);
    cluster.turns(2000);
    assertThat(copy.status).isEqualTo(BlockStatus.ABORTED);
    cluster.members(target, 1, List.of());
    cluster.turnUntil(() -> pending == 0);
    assertThat(copy.status).isEqualTo(BlockStatus.OK);
  }

  @Test
  void shouldEndAsUnknownWhenTheSourceIsLedElsewhere() {
    writeSixToBeLost();
    BlockRequest copy = copy(source, target);
    cluster.turns(1000);
    source.over();
    cluster.turns(10);
    assertThat(copy.status).isEqualTo(BlockStatus.OFFLINE);
    assertThat(pending).isZero();
    assertThat(target.isServing()).isTrue();
    assertThat(target.isIdle()).isTrue();
    write(target, 7);
    BlockRequest late = copy(source, target);
    assertThat(late.status).isEqualTo(BlockStatus.OFFLINE);
    cluster.turnUntil(() -> pending == 0);
  }

  @Test
  void shouldEndAsUnknownWhenTheTargetIsLedElsewhere() {
    writeSixToBeLost();
    BlockRequest copy = copy(source, target);
    cluster.turns(1000);
    target.over();
    assertThat(copy.status).isEqualTo(BlockStatus.OFFLINE);
    assertThat(target.isIdle()).isTrue();
    assertThat(source.isIdle()).as("its write is under way still").isFalse();
    cluster.drop(source, 1, 2);
    cluster.turnUntil(() -> pending == 0);
  }

  private static BlockRequest longCopy(BlockRequest copy, BlockVolume from) {
    copy.source = from;
    copy.offsetBytes = LONG_BYTES;
    copy.lengthBytes = LONG_BYTES;
    return copy;
  }

  /// More than a link holds.
  @Test
  void shouldCopyMuchWithoutHoldingBackTheOthers() {
    cluster.create(LARGE, 2L * LONG_BYTES, BLOCK);
    PrimaryVolume large = lead(1, LARGE, EPOCH, 2);
    cluster.turnUntil(large::isServing);
    for (long at = 0; at < LONG_BYTES; at += 1 << 20) {
      byte[] noise = new byte[1 << 20];
      new SplittableRandom(at).nextBytes(noise);
      BlockRequest fill = request(BlockOperation.WRITE, 0);
      fill.offsetBytes = at;
      fill.lengthBytes = noise.length;
      fill.data.wrap(ByteBuffer.allocateDirect(noise.length));
      fill.data.putBytes(0, noise);
      large.submit(fill);
      cluster.turnUntil(() -> pending == 0);
    }
    cluster.network.isolate(2);
    BlockRequest copy = longCopy(request(BlockOperation.COPY, 0), large);
    large.submit(copy);
    cluster.turns(3000);
    assertThat(copy.status).isEqualTo(BlockStatus.ABORTED);
    BlockRequest beside = write(target, 7);
    cluster.turns(1000);
    assertThat(beside.status).isEqualTo(BlockStatus.OK);
    cluster.network.heal();
    cluster.turnUntil(() -> pending == 0);
    assertThat(copy.status).isEqualTo(BlockStatus.OK);
    for (long at = 0; at < LONG_BYTES; at += 1 << 20) {
      BlockRequest read = request(BlockOperation.READ, 0);
      read.offsetBytes = LONG_BYTES + at;
      large.submit(read);
      cluster.turnUntil(() -> pending == 0);
      assertThat(read.data.getLong(0)).isEqualTo(beginning(at));
    }
  }

  private static long beginning(long at) {
    byte[] noise = new byte[Long.BYTES];
    new SplittableRandom(at).nextBytes(noise);
    return ByteBuffer.wrap(noise).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  @Test
  void shouldRefuseALongCopyAsAWhole() {
    cluster.create(LARGE, 2L * LONG_BYTES, BLOCK);
    PrimaryVolume large = lead(1, LARGE, EPOCH, 2);
    cluster.turnUntil(large::isServing);
    BlockRequest beyond = longCopy(request(BlockOperation.COPY, 0), large);
    beyond.offsetBytes += BLOCK;
    BlockRequest overlapping = longCopy(request(BlockOperation.COPY, 0), large);
    overlapping.sourceOffsetBytes = BLOCK;
    BlockRequest odd = longCopy(request(BlockOperation.COPY, 0), large);
    odd.lengthBytes -= 512;
    BlockRequest elsewhere = longCopy(request(BlockOperation.COPY, 0), target);
    long before = large.committed();
    for (BlockRequest each : List.of(beyond, overlapping, odd, elsewhere)) {
      large.submit(each);
    }
    cluster.turns(1000);
    assertThat(List.of(beyond, overlapping, odd, elsewhere))
        .extracting(each -> each.status)
        .containsExactly(
            BlockStatus.OUT_OF_RANGE,
            BlockStatus.INVALID,
            BlockStatus.INVALID,
            BlockStatus.OUT_OF_RANGE);
    assertThat(large.committed()).as("nothing was written").isEqualTo(before);
    assertThat(large.isIdle()).isTrue();
  }

  @Test
  void shouldCopyWithinAVolumeAsItWrites() {
    BlockRequest copy = copy(source, source);
    cluster.turnUntil(() -> pending == 0);
    assertThat(copy.status).isEqualTo(BlockStatus.OK);
  }
}
