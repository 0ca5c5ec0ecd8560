package io.ashlar.replication.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Check;
import io.ashlar.core.store.StoreRig;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeHistory;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whole clusters under faults: every block behaves like a register, and when the faults are over
/// all replicas come together and hold the same.
class ClusterFaultsTest {
  private static final int VOLUMES = 2;
  private static final int BLOCKS = 64;

  static LongStream seeds() {
    long first = Long.getLong("ashlar.cluster.seed", 1);
    return LongStream.range(first, first + Long.getLong("ashlar.cluster.seeds", 100));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldKeepEveryAcknowledgedWrite(long seed) {
    ClusterRig rig = new ClusterRig(seed, VOLUMES, (long) BLOCKS * ClusterHosts.BLOCK);
    rig.turnUntil("the cluster serves", 100_000, rig::isWhole);
    ClusterHosts hosts = new ClusterHosts(rig, VOLUMES, BLOCKS, 6);
    Nemesis nemesis = new Nemesis(rig);
    int faults = Integer.getInteger("ashlar.cluster.faults", 100);
    while (nemesis.faults() < faults) {
      hosts.turn();
      nemesis.turn();
      rig.turn();
    }
    nemesis.end();
    rig.turnUntil("the cluster is whole again", 1_000_000, rig::isWhole);
    long before = hosts.done;
    for (int i = 0; i < 500 || hosts.done == before; i++) {
      assertThat(i).isLessThan(100_000);
      hosts.turn();
      rig.turn();
    }
    rig.turnUntil("all hosts are answered", 100_000, hosts::isIdle);
    hosts.judge();
    expectTheSame(rig);
    System.out.printf(
        "seed %d: %d faults, %d operations, %d unknown, %d elections, %d turns%n",
        seed, nemesis.faults(), hosts.done, hosts.unknown, rig.metadata.elections, rig.turns);
  }

  private static void expectTheSame(ClusterRig rig) {
    for (int i = 0; i < 2000; i++) {
      rig.turn();
    }
    rig.turnUntil("the cluster is whole still", 1_000_000, rig::isWhole);
    for (int i = 0; i < 2000; i++) {
      rig.turn();
    }
    for (int layer = 1; layer <= VOLUMES; layer++) {
      byte[] first = whole(rig, 1, layer);
      for (int node = 2; node <= ClusterRig.NODES; node++) {
        int difference = Arrays.mismatch(whole(rig, node, layer), first);
        assertThat(difference).as("volume %d on node %d", layer, node).isNegative();
        assertThat(history(rig, node, layer)).isEqualTo(history(rig, 1, layer));
      }
    }
  }

  private static StoreRig store(ClusterRig rig, int node) {
    return Check.present(rig.alive(node), "it lives").rig;
  }

  private static byte[] whole(ClusterRig rig, int node, int layer) {
    VolumeDriver volume = new VolumeDriver(store(rig, node).volume(layer), rig::turn);
    return volume.read(0, BLOCKS * ClusterHosts.BLOCK);
  }

  private static byte[] history(ClusterRig rig, int node, int layer) {
    byte[] bytes = new byte[VolumeHistory.BYTES_MAX];
    VolumeHistory of = store(rig, node).store.history(ClusterRig.volume(layer));
    return Arrays.copyOf(bytes, of.encode(new UnsafeBuffer(bytes)));
  }
}
