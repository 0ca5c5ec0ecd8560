package io.ashlar.replication.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.replication.network.frame.FrameDecoder;
import io.ashlar.replication.network.frame.FrameHeader;
import io.ashlar.replication.network.frame.FrameKind;
import io.ashlar.replication.transport.TrafficClass;
import io.netty.buffer.ByteBuf;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SendBufferTest {
  private static final int LIMIT = 300_000;
  private static final int TRAFFIC = TrafficClass.RESYNC.code();

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final SendBuffer buffer = new SendBuffer(channel, TRAFFIC);
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[LIMIT]);

  SendBufferTest() {
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(LIMIT, LIMIT));
  }

  private boolean offer(int length) {
    return buffer.offer(FrameKind.MESSAGE, message, 0, length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4096, 50_000, 100_000})
  void shouldNeverTakeMoreThanItsBound(int length) {
    long taken = 0;
    while (offer(length)) {
      taken += FrameHeader.BYTES + length;
      assertThat(taken).isLessThanOrEqualTo(LIMIT + 1);
    }
    assertThat(taken).as("and not much less").isGreaterThan(LIMIT / 2);
    buffer.flush();
    assertThat(offer(length)).as("there is room again").isTrue();
    buffer.release();
    channel.releaseOutbound();
  }

  @Test
  void shouldSendFramesInOrderAndWhole() {
    SplittableRandom dice = new SplittableRandom(1);
    ByteBuf sent = channel.alloc().directBuffer();
    long first = 0;
    for (int round = 0; round < 200; round++) {
      for (int i = dice.nextInt(20); i > 0; i--) {
        int length = dice.nextInt(8, dice.nextInt(30) == 0 ? 90_000 : 2000);
        message.putLong(0, first);
        first += offer(length) ? 1 : 0;
      }
      buffer.flush();
      for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
        sent.writeBytes(piece);
        piece.release();
      }
    }
    UnsafeBuffer view = new UnsafeBuffer(0, 0);
    Memory.wrap(view, sent, 0, sent.readableBytes());
    FrameDecoder decoder = new FrameDecoder();
    decoder.greeted(1, TrafficClass.RESYNC);
    long found = 0;
    for (int at = 0; at < view.capacity(); ) {
      int length = decoder.next(view, at, view.capacity());
      assertThat(length).isPositive();
      assertThat(view.getLong(at + FrameHeader.BYTES)).isEqualTo(found++);
      at += length;
    }
    assertThat(found).isEqualTo(first).isGreaterThan(1000);
    sent.release();
    buffer.release();
  }
}
