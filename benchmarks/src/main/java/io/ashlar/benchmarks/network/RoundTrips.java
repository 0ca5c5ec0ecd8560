package io.ashlar.benchmarks.network;

import io.ashlar.core.base.Clock;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import org.HdrHistogram.Histogram;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Sends a message, waits for its echo, and sends the next.
final class RoundTrips implements BenchNode.Work {
  private static final long LONGEST_NS = 10_000_000_000L;
  private static final int DIGITS = 3;

  private final int to;
  private final int messageBytes;
  private final UnsafeBuffer message;
  private final Histogram latencyNs = new Histogram(LONGEST_NS, DIGITS);
  private long sentNs;
  private boolean isUnderWay;

  RoundTrips(int to, int messageBytes) {
    this.to = to;
    this.messageBytes = messageBytes;
    message = new UnsafeBuffer(BufferUtil.allocateDirectAligned(messageBytes, Long.BYTES));
  }

  @Override
  public void onMessage(Transport network, Clock clock, int length) {
    latencyNs.recordValue(Math.min(LONGEST_NS, clock.nanoTime() - sentNs));
    isUnderWay = false;
  }

  @Override
  public int doWork(Transport network) {
    if (isUnderWay) {
      return 0;
    }
    sentNs = System.nanoTime();
    isUnderWay = network.send(to, TrafficClass.REPLICATION, message, 0, messageBytes);
    return 1;
  }

  Histogram latencyNs() {
    return latencyNs;
  }

  /// Sends back what comes.
  static final class Echo implements BenchNode.Work {
    private final int to;
    private final UnsafeBuffer message;

    Echo(int to, int messageBytes) {
      this.to = to;
      message = new UnsafeBuffer(BufferUtil.allocateDirectAligned(messageBytes, Long.BYTES));
    }

    @Override
    public void onMessage(Transport network, Clock clock, int length) {
      if (!network.send(to, TrafficClass.REPLICATION, message, 0, length)) {
        throw new IllegalStateException("one message at a time has room");
      }
    }

    @Override
    public int doWork(Transport network) {
      return 0;
    }
  }
}
