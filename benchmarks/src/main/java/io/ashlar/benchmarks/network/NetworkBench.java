package io.ashlar.benchmarks.network;

import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.replication.identity.ClusterAuthority;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeKeys;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.identity.Validity;
import io.ashlar.replication.network.ChannelSecurity;
import io.ashlar.replication.network.MutualTls;
import io.ashlar.replication.network.PlainText;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/// Two nodes in one process, each on a shard's loop of its own, over loopback: how long a message
/// takes there and back, and how much goes one way.
public final class NetworkBench {
  private static final long SPIN_NS = 50_000;
  private static final int ASKER = 2;
  private static final int ANSWERER = 1;
  private static final double NS_PER_US = 1000;
  private static final double MIB = 1 << 20;

  private final ByteBufAllocator allocator;
  private final long seconds;

  private NetworkBench(ByteBufAllocator allocator, long seconds) {
    this.allocator = allocator;
    this.seconds = seconds;
  }

  public static void main(String[] arguments) throws Exception {
    long seconds = arguments.length > 0 ? Long.parseLong(arguments[0]) : 5;
    ByteBufAllocator allocator =
        arguments.length > 1 && arguments[1].equals("adaptive")
            ? new AdaptiveByteBufAllocator(true)
            : PooledByteBufAllocator.DEFAULT;
    NetworkBench bench = new NetworkBench(allocator, seconds);
    ClusterAuthority authority =
        ClusterAuthority.create(
            BenchNode.CLUSTER, Validity.startingAt(Instant.now(), Duration.ofDays(1)));
    bench.measure("plain", PlainText.FOR_BENCHMARKS, PlainText.FOR_BENCHMARKS);
    bench.measure("TLS", tls(authority, ASKER), tls(authority, ANSWERER));
  }

  private static MutualTls tls(ClusterAuthority authority, int node) {
    KeyPair keys = NodeKeys.generate();
    Validity validity = Validity.startingAt(Instant.now(), Duration.ofDays(1));
    return new MutualTls(
        new NodeCredentials(
            new NodeName(BenchNode.CLUSTER, node),
            keys.getPrivate(),
            authority.issue(node, keys.getPublic(), validity),
            List.of(authority.certificate())),
        SystemClock.INSTANCE);
  }

  private void measure(String name, ChannelSecurity asker, ChannelSecurity answerer)
      throws IOException, InterruptedException {
    for (long spinNs : new long[] {0, SPIN_NS}) {
      try (BenchNode one = new BenchNode(ANSWERER, spinNs, allocator, answerer);
          BenchNode two = new BenchNode(ASKER, spinNs, allocator, asker)) {
        one.pin(0);
        two.pin(Runtime.getRuntime().availableProcessors() - 1);
        one.know(two);
        two.know(one);
        while (!two.isConnected(one) || !one.isConnected(two)) {
          Thread.sleep(10);
        }
        String label = name + (spinNs == 0 ? ", sleeping" : ", spinning");
        for (int bytes : new int[] {64, 4096}) {
          roundTrips(label, one, two, bytes);
        }
        for (int bytes : spinNs == 0 ? new int[0] : new int[] {4096, 1 << 20}) {
          stream(label, one, two, bytes);
        }
      }
    }
  }

  private void roundTrips(String label, BenchNode one, BenchNode two, int bytes)
      throws InterruptedException {
    one.begin(new RoundTrips.Echo(ASKER, bytes));
    two.begin(new RoundTrips(ANSWERER, bytes));
    Thread.sleep(seconds * 500); // code is compiled by then
    two.end();
    Thread.sleep(50); // the last echo came
    RoundTrips measured = new RoundTrips(ANSWERER, bytes);
    long allocated = one.allocatedBytes() + two.allocatedBytes();
    two.begin(measured);
    Thread.sleep(seconds * 1000);
    two.end();
    allocated = one.allocatedBytes() + two.allocatedBytes() - allocated;
    Thread.sleep(50);
    one.end();
    Histogram latency = measured.latencyNs();
    System.out.printf(
        Locale.ROOT,
        "%-16s %8d B there and back: p50 %7.1f us, p99 %7.1f us, %8d/s, %.0f B allocated each%n",
        label,
        bytes,
        latency.getValueAtPercentile(50) / NS_PER_US,
        latency.getValueAtPercentile(99) / NS_PER_US,
        latency.getTotalCount() / seconds,
        (double) allocated / latency.getTotalCount());
  }

  private void stream(String label, BenchNode one, BenchNode two, int bytes)
      throws InterruptedException {
    Stream.Sink sink = new Stream.Sink();
    one.begin(sink);
    two.begin(new Stream(ANSWERER, bytes));
    Thread.sleep(seconds * 500);
    long before = sink.messages();
    long allocated = one.allocatedBytes() + two.allocatedBytes();
    long beganNs = System.nanoTime();
    Thread.sleep(seconds * 1000);
    long count = sink.messages() - before;
    double elapsed = (System.nanoTime() - beganNs) / 1e9;
    allocated = one.allocatedBytes() + two.allocatedBytes() - allocated;
    two.end();
    Thread.sleep(200);
    one.end();
    System.out.printf(
        Locale.ROOT,
        "%-16s %8d B one way: %7.0f MiB/s, %8.0f/s, %.0f B allocated each%n",
        label,
        bytes,
        count * (double) bytes / MIB / elapsed,
        count / elapsed,
        (double) allocated / count);
  }
}
