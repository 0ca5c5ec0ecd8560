package io.ashlar.replication.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Crc32c;
import io.ashlar.replication.network.frame.FrameHeader;
import io.ashlar.replication.network.frame.FrameKind;
import io.ashlar.replication.network.frame.Hello;
import io.ashlar.replication.network.frame.VersionRange;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A peer that does everything wrong, beside one that does everything right: that one never
/// notices.
class HostilePeerTest {
  private static final int HOSTILE = 9;
  private static final int MESSAGE_BYTES = 64 << 10;

  private final NetworkRig rig = new NetworkRig();
  private final NetworkRig.Node victim = rig.start(1, 1, PlainText.FOR_BENCHMARKS);
  private final NetworkRig.Node friend = rig.start(2, 1, PlainText.FOR_BENCHMARKS);
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_BYTES]);
  private final List<Channel> channels = new ArrayList<>();
  private int fromHostile;
  private int fromFriend;

  @BeforeEach
  void connect() {
    victim.network.addPeer(HOSTILE, NetworkRig.ANY_PORT);
    rig.connect(victim, friend);
  }

  @AfterEach
  void close() {
    for (Channel each : channels) {
      var _ = each.close();
    }
    rig.close();
  }

  private void take(int from, int length) {
    assertThat(length).isPositive();
    fromHostile += from == HOSTILE ? 1 : 0;
    fromFriend += from == 2 ? 1 : 0;
  }

  private void poll() {
    Transport.Receiver receiver = (from, traffic, buffer, offset, length) -> take(from, length);
    victim.network.poll(receiver);
  }

  /// The friend's messages arrive, and it was never away.
  private void shouldServeTheFriend() {
    int before = fromFriend;
    for (TrafficClass traffic : TrafficClass.values()) {
      assertThat(friend.network.send(1, traffic, message, 0, 1000)).isTrue();
    }
    rig.runUntil(() -> {
      poll();
      return fromFriend == before + TrafficClass.COUNT;
    });
    assertThat(victim.downs).doesNotContain(2);
    assertThat(friend.downs).isEmpty();
  }

  private Channel dial() {
    ChannelFuture dialing =
        new Bootstrap()
            .group(rig.loop)
            .channel(SocketKind.of(rig.loop).socket())
            .handler(new ChannelInboundHandlerAdapter())
            .connect(victim.address);
    rig.runUntil(dialing::isDone);
    assertThat(dialing.isSuccess()).isTrue();
    channels.add(dialing.channel());
    return dialing.channel();
  }

  private static byte[] frame(FrameKind kind, TrafficClass traffic, byte[] payload) {
    UnsafeBuffer frame = new UnsafeBuffer(new byte[FrameHeader.BYTES + payload.length]);
    frame.putBytes(FrameHeader.BYTES, payload);
    FrameHeader.encode(frame, kind, 1, traffic.code(), payload.length, new Crc32c());
    return frame.byteArray();
  }

  private static byte[] hello(TrafficClass traffic, long incarnation) {
    byte[] payload = new byte[Hello.BYTES];
    new Hello(NetworkRig.CLUSTER, HOSTILE, incarnation, VersionRange.SUPPORTED)
        .encode(new UnsafeBuffer(payload), 0);
    return frame(FrameKind.HELLO, traffic, payload);
  }

  private Channel greet(TrafficClass traffic) {
    Channel channel = dial();
    write(channel, hello(traffic, 1));
    rig.runUntil(() -> victim.network.isConnected(HOSTILE, traffic));
    return channel;
  }

  private static void write(Channel channel, byte[] bytes) {
    var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldCloseOnGarbageAndGoOn(long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    for (int round = 0; round < 10; round++) {
      byte[] garbage = new byte[dice.nextInt(4, 5000)];
      dice.nextBytes(garbage);
      Channel early = dial();
      write(early, garbage);
      Channel late = greet(List.of(TrafficClass.values()).get(round % TrafficClass.COUNT));
      write(late, garbage);
      rig.runUntil(() -> !early.isActive() && !late.isActive());
    }
    assertThat(fromHostile).isZero();
    assertThat(victim.wasTold("it sent bytes that are no frame")).as("%s", victim.told).isTrue();
    assertThat(victim.network.isUp(HOSTILE)).isFalse();
    shouldServeTheFriend();
  }

  /// Good frames, cut and damaged anywhere.
  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void shouldDeliverWhatIsSoundUpToTheFirstThatIsNot(long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    for (int round = 0; round < 20; round++) {
      Channel channel = greet(TrafficClass.REPLICATION);
      int sound = dice.nextInt(5);
      for (int i = 0; i < sound; i++) {
        byte[] frame = frame(FrameKind.MESSAGE, TrafficClass.REPLICATION, new byte[1 + i * 999]);
        int cut = dice.nextInt(frame.length);
        write(channel, java.util.Arrays.copyOf(frame, cut));
        rig.turn();
        write(channel, java.util.Arrays.copyOfRange(frame, cut, frame.length));
      }
      byte[] damaged = frame(FrameKind.MESSAGE, TrafficClass.REPLICATION, new byte[500]);
      // Not in the length: a longer frame is waited for, as any half one is.
      int at = dice.nextInt(12, damaged.length);
      damaged[at] ^= (byte) (1 << dice.nextInt(8));
      int before = fromHostile;
      int expected = before + sound;
      rig.runUntil(() -> {
        poll();
        return fromHostile == expected;
      });
      write(channel, damaged);
      rig.runUntil(() -> !channel.isActive());
      poll();
      assertThat(fromHostile).as("seed %d round %d", seed, round).isEqualTo(expected);
    }
    assertThat(victim.wasTold("has the checksum")).as("%s", victim.told).isTrue();
    shouldServeTheFriend();
  }

  @Test
  void shouldCloseOnALengthThatNobodyHas() {
    Channel channel = greet(TrafficClass.RESYNC);
    byte[] frame = frame(FrameKind.MESSAGE, TrafficClass.RESYNC, new byte[1]);
    new UnsafeBuffer(frame).putInt(8, Integer.MAX_VALUE, java.nio.ByteOrder.LITTLE_ENDIAN);
    write(channel, frame);
    rig.runUntil(() -> !channel.isActive());
    assertThat(victim.wasTold("it sent a MESSAGE of 2147483647 bytes")).isTrue();
    shouldServeTheFriend();
  }

  @Test
  void shouldForgetHalfAFrameWithItsConnection() {
    Channel channel = greet(TrafficClass.CONTROL);
    byte[] frame = frame(FrameKind.MESSAGE, TrafficClass.CONTROL, new byte[500]);
    write(channel, java.util.Arrays.copyOf(frame, 300));
    rig.turn();
    var _ = channel.close();
    rig.runUntil(() -> !victim.network.isUp(HOSTILE));
    poll();
    assertThat(fromHostile).isZero();
    assertThat(victim.downs).containsExactly(HOSTILE);
    shouldServeTheFriend();
  }

  @Test
  void shouldNotWaitForWhoSaysNothing() {
    List<Channel> silent = new ArrayList<>();
    for (int i = 0; i < NetworkLimits.DEFAULT.greetingsMax(); i++) {
      silent.add(dial());
    }
    rig.turn();
    Channel tooMany = dial();
    rig.runUntil(() -> !tooMany.isActive());
    assertThat(victim.wasTold("64 others have not said who they are yet")).isTrue();
    rig.advance(NetworkLimits.DEFAULT.greetingNs() + 200_000_000L);
    rig.runUntil(() -> silent.stream().noneMatch(Channel::isActive));
    assertThat(victim.wasTold("it did not say who it is within 3000 ms")).isTrue();
    shouldServeTheFriend();
  }

  /// One that reads nothing, in one class: the others go on, and what waits for it is bounded.
  @ParameterizedTest
  @EnumSource
  void shouldNotLetAPeerThatDoesNotReadHoldAnybodyUp(TrafficClass stuck) {
    Channel channel = greet(stuck);
    channel.config().setAutoRead(false);
    int sent = 0;
    while (victim.network.send(HOSTILE, stuck, message, 0, MESSAGE_BYTES)) {
      sent++;
      rig.turn();
      assertThat(sent).as("some bound, the kernel's buffers included").isLessThan(1000);
    }
    for (int turn = 0; turn < 100; turn++) {
      rig.turn();
      assertThat(victim.network.send(HOSTILE, stuck, message, 0, MESSAGE_BYTES)).isFalse();
    }
    shouldServeTheFriend();
    for (TrafficClass other : TrafficClass.values()) {
      if (other != stuck) {
        greet(other);
        assertThat(victim.network.send(HOSTILE, other, message, 0, MESSAGE_BYTES)).isTrue();
      }
    }
    channel.config().setAutoRead(true);
    rig.runUntil(() -> victim.network.send(HOSTILE, stuck, message, 0, MESSAGE_BYTES));
  }

  /// One that sends faster than it is polled is not read any more, and nothing is lost of it.
  @Test
  void shouldStopReadingWhatNobodyPolls() {
    Channel channel = greet(TrafficClass.RESYNC);
    byte[] frame = frame(FrameKind.MESSAGE, TrafficClass.RESYNC, new byte[MESSAGE_BYTES]);
    int limit = 4 * NetworkLimits.DEFAULT.receiveBytesMax() / MESSAGE_BYTES;
    int written = 0;
    // Until the kernel takes no more of it: far from what one would send if it were read.
    for (int idle = 0; idle < 200; ) {
      if (channel.isWritable()) {
        write(channel, frame);
        written++;
        idle = 0;
      } else {
        idle++;
      }
      rig.turn();
      assertThat(written).as("it is not read for ever").isLessThan(limit);
    }
    shouldServeTheFriendWithoutPolling();
    int expected = written;
    rig.runUntil(() -> {
      poll();
      return fromHostile == expected;
    });
  }

  private void shouldServeTheFriendWithoutPolling() {
    rig.advance(2 * NetworkLimits.DEFAULT.silenceNs());
    assertThat(victim.network.isUp(2)).isTrue();
  }

  @Test
  void shouldTellAJumbledGreetingFromAGoodOne() {
    Channel nonsense = dial();
    write(nonsense, frame(FrameKind.HELLO, TrafficClass.CONTROL, new byte[Hello.BYTES]));
    rig.runUntil(() -> !nonsense.isActive());
    assertThat(victim.wasTold("its greeting makes no sense")).isTrue();
    Channel impatient = dial();
    write(impatient, frame(FrameKind.MESSAGE, TrafficClass.CONTROL, new byte[9]));
    rig.runUntil(() -> !impatient.isActive());
    assertThat(victim.wasTold("it sent a MESSAGE where none is expected")).isTrue();
    Channel twice = greet(TrafficClass.CONTROL);
    write(twice, hello(TrafficClass.CONTROL, 1));
    rig.runUntil(() -> !twice.isActive());
    assertThat(victim.wasTold("it sent a HELLO where none is expected")).isTrue();
    shouldServeTheFriend();
  }
}
