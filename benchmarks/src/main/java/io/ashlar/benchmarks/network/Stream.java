package io.ashlar.benchmarks.network;

import io.ashlar.core.base.Clock;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Sends as much as is taken.
final class Stream implements BenchNode.Work {
  private static final int AT_ONCE = 64;

  private final int to;
  private final int messageBytes;
  private final UnsafeBuffer message;

  Stream(int to, int messageBytes) {
    this.to = to;
    this.messageBytes = messageBytes;
    message = new UnsafeBuffer(BufferUtil.allocateDirectAligned(messageBytes, Long.BYTES));
  }

  @Override
  public void onMessage(Transport network, Clock clock, int length) {}

  @Override
  public int doWork(Transport network) {
    int sent = 0;
    while (sent < AT_ONCE && network.send(to, TrafficClass.REPLICATION, message, 0, messageBytes)) {
      sent++;
    }
    return sent;
  }

  /// Counts what comes.
  static final class Sink implements BenchNode.Work {
    private final AtomicLong messages = new AtomicLong();

    @Override
    public void onMessage(Transport network, Clock clock, int length) {
      messages.lazySet(messages.get() + 1);
    }

    @Override
    public int doWork(Transport network) {
      return 0;
    }

    long messages() {
      return messages.get();
    }
  }
}
