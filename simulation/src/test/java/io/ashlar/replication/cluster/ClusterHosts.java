package io.ashlar.replication.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.pipeline.PrimaryVolume;
import io.ashlar.simulation.history.BlockHistory;
import io.ashlar.simulation.history.Operation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Hosts at work on the volumes of a simulated cluster: each has one request under way, goes to
/// whichever node serves the volume, gives up on those that do not answer, and notes what it saw.
final class ClusterHosts {
  static final int BLOCK = 4096;
  private static final int BLOCKS_MAX = 4;
  private static final long PATIENCE_NS = 40_000_000;

  /// One host.
  private final class Host {
    private final int layer;
    private int node;
    private @Nullable Request under;
    private long nextNs;

    Host(int layer, int node) {
      this.layer = layer;
      this.node = node;
    }

    void turn(long nowNs) {
      Request request = under;
      if (request != null && nowNs - request.startNs > PATIENCE_NS) {
        giveUp(request);
      } else if (request == null && nowNs >= nextNs) {
        nextNs = nowNs + dice.nextLong(thinkNs + 1);
        begin(nowNs);
      }
    }

    private void begin(long nowNs) {
      ClusterNode at = rig.alive(node);
      PrimaryVolume volume = at == null ? null : at.serving(ClusterRig.volume(layer));
      if (volume == null) {
        node = 1 + node % ClusterRig.NODES;
        return;
      }
      int count = 1 + dice.nextInt(BLOCKS_MAX);
      int block = dice.nextInt(blocks - count + 1);
      Request begun = new Request(this, node, block, count, valueNext++, nowNs);
      under = begun;
      begun.submit(volume, dice.nextInt(3) == 0 ? BlockOperation.READ : BlockOperation.WRITE);
    }

    void giveUp(Request request) {
      under = null;
      node = 1 + node % ClusterRig.NODES;
      request.isGivenUp = true;
      request.noteUnknown();
      unknown++;
    }
  }

  /// One request of a host.
  private final class Request {
    private final Host host;
    private final int node;
    private final int block;
    private final int count;
    private final long value;
    private final long startNs;
    private final BlockRequest inner = new BlockRequest(this::onEnd);
    private boolean isGivenUp;

    Request(Host host, int node, int block, int count, long value, long startNs) {
      this.host = host;
      this.node = node;
      this.block = block;
      this.count = count;
      this.value = value;
      this.startNs = startNs;
    }

    void submit(PrimaryVolume volume, BlockOperation operation) {
      inner.data.wrap(ByteBuffer.allocateDirect(count * BLOCK));
      inner.operation = operation;
      inner.offsetBytes = (long) block * BLOCK;
      inner.lengthBytes = (long) count * BLOCK;
      if (operation == BlockOperation.WRITE) {
        for (int i = 0; i < count; i++) {
          inner.data.putLong(i * BLOCK, value);
        }
      }
      volume.submit(inner);
    }

    private void onEnd(BlockRequest ended) {
      if (isGivenUp) {
        return;
      }
      if (ended.status != BlockStatus.OK) {
        host.giveUp(this);
        return;
      }
      host.under = null;
      done++;
      long nowNs = rig.clock.nanoTime();
      for (int i = 0; i < count; i++) {
        history(host.layer, block + i)
            .add(
                isWrite()
                    ? Operation.write(value, startNs, nowNs)
                    : Operation.read(inner.data.getLong(i * BLOCK), startNs, nowNs));
      }
    }

    private boolean isWrite() {
      return inner.operation == BlockOperation.WRITE;
    }

    private void noteUnknown() {
      for (int i = 0; i < count && isWrite(); i++) {
        history(host.layer, block + i).add(Operation.write(value, startNs, Operation.UNKNOWN));
      }
    }
  }

  private final ClusterRig rig;
  private final SplittableRandom dice;
  private final int volumes;
  private final int blocks;
  private final List<Host> hosts = new ArrayList<>();
  private final List<BlockHistory> histories = new ArrayList<>();
  private final long thinkNs;
  private long valueNext = 1;
  long done;
  long unknown;

  ClusterHosts(ClusterRig rig, int volumes, int blocks, int hostsPerVolume) {
    this.rig = rig;
    this.volumes = volumes;
    this.blocks = blocks;
    dice = rig.dice.split();
    rig.onEnd = this::onEnd;
    thinkNs = dice.nextLong(10_000, 200_000);
    for (int layer = 1; layer <= volumes; layer++) {
      for (int i = 0; i < hostsPerVolume; i++) {
        hosts.add(new Host(layer, 1 + dice.nextInt(ClusterRig.NODES)));
      }
    }
    for (int i = 0; i < volumes * blocks; i++) {
      histories.add(new BlockHistory());
    }
  }

  private BlockHistory history(int layer, int block) {
    return histories.get((layer - 1) * blocks + block);
  }

  void turn() {
    long nowNs = rig.clock.nanoTime();
    for (Host each : hosts) {
      each.turn(nowNs);
    }
  }

  /// A node's process ended: nobody will hear of what was under way there.
  private void onEnd(int node) {
    for (Host each : hosts) {
      Request request = each.under;
      if (request != null && request.node == node) {
        each.giveUp(request);
      }
    }
  }

  /// Lets what is under way end, and begins nothing.
  boolean isIdle() {
    return hosts.stream().allMatch(each -> each.under == null);
  }

  /// Reads every block once more, and judges what became of all of them.
  void judge() {
    for (int layer = 1; layer <= volumes; layer++) {
      readAll(layer);
    }
    for (int layer = 1; layer <= volumes; layer++) {
      for (int block = 0; block < blocks; block++) {
        assertThat(history(layer, block).complaint())
            .as("volume %d block %d", layer, block)
            .isNull();
      }
    }
  }

  private void readAll(int layer) {
    VolumeId id = ClusterRig.volume(layer);
    boolean[] isDone = new boolean[1];
    long startNs = rig.clock.nanoTime();
    BlockRequest request = new BlockRequest(ended -> isDone[0] = true);
    request.operation = BlockOperation.READ;
    request.lengthBytes = (long) blocks * BLOCK;
    request.data.wrap(ByteBuffer.allocateDirect(blocks * BLOCK));
    rig.servingNow(id).submit(request);
    rig.turnUntil("a read ends", 100_000, () -> isDone[0]);
    assertThat(request.status).isEqualTo(BlockStatus.OK);
    for (int block = 0; block < blocks; block++) {
      long value = request.data.getLong(block * BLOCK);
      history(layer, block).add(Operation.read(value, startNs, rig.clock.nanoTime()));
    }
  }
}
