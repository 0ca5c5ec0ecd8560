package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.Samples;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/// Measures what `docs/metadata.md` tells: `RaftFigures <directory> <nodes>`.
final class RaftFigures {
  private static final int KILLS = 9;
  private static final int IDLE_SECONDS = 20;
  private static final int COMMANDS = 2_000;

  private RaftFigures() {}

  public static void main(String[] arguments) throws Exception {
    int nodes = Integer.parseInt(arguments[1]);
    Path directory = Files.createTempDirectory(Path.of(arguments[0]), "raft-figures");
    System.out.printf("before: %d threads, %d KiB RSS%n", threads(), residentKib());
    try (RaftCluster cluster = new RaftCluster(directory, nodes, RaftTimings.DEFAULT)) {
      long beganNs = System.nanoTime();
      cluster.open();
      System.out.printf("%d nodes: all caught up after %d ms%n", nodes, millisSince(beganNs));
      cluster.commit(0, Samples.FORM);
      throughput(cluster, 1, COMMANDS / 4);
      throughput(cluster, 64, COMMANDS * 4);
      System.out.printf("after load: %d threads, %d KiB RSS%n", threads(), residentKib());
      idle();
      if (nodes > 1) {
        kills(cluster, nodes);
      }
    }
  }

  private static void throughput(RaftCluster cluster, int underWay, int commands)
      throws InterruptedException {
    Semaphore room = new Semaphore(underWay);
    long beganNs = System.nanoTime();
    for (int i = 0; i < commands; i++) {
      room.acquire();
      cluster.store(0).propose(node(i % 50, i), (status, sentence) -> room.release());
    }
    room.acquire(underWay);
    long tookMs = Math.max(1, millisSince(beganNs));
    System.out.printf("%d under way: %d committed/s%n", underWay, commands * 1_000L / tookMs);
  }

  private static PutNode node(int number, long incarnation) {
    return new PutNode(new NodeMetadata(new UUID(80, number), "node-" + number, 1 + incarnation));
  }

  private static void idle() throws InterruptedException {
    long before = cpuNs();
    Thread.sleep(IDLE_SECONDS * 1_000L);
    System.out.printf(
        "idle: %.2f %% of one core, all nodes together%n",
        (cpuNs() - before) / (IDLE_SECONDS * 1e9) * 100);
  }

  /// Closes the leader without a word while another node proposes one command after the other, and
  /// takes the longest time between two commits.
  private static void kills(RaftCluster cluster, int nodes) throws Exception {
    long[] gaps = new long[KILLS];
    for (int i = 0; i < KILLS; i++) {
      int leader = cluster.leader();
      int other = (leader + 1) % nodes;
      Thread killer = new Thread(() -> cluster.close(leader));
      long untilNs = System.nanoTime() + 4_000_000_000L;
      for (int each = 0; System.nanoTime() - untilNs < 0; each++) {
        long beganNs = System.nanoTime();
        cluster.commit(other, node(90, 1_000_000L * (i + 1) + each));
        gaps[i] = Math.max(gaps[i], millisSince(beganNs));
        if (each == 50) {
          killer.start();
        }
      }
      killer.join();
      cluster.resume(leader);
      String sentence = cluster.store(leader).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS);
      if (sentence != null) {
        throw new AssertionError(sentence);
      }
    }
    Arrays.sort(gaps);
    System.out.printf(
        "ms between two commits around the close of the leader: %s%n", Arrays.toString(gaps));
  }

  private static long cpuNs() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  private static long residentKib() throws java.io.IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(-1);
  }

  private static long millisSince(long beganNs) {
    return (System.nanoTime() - beganNs) / 1_000_000;
  }
}
