package io.ashlar.replication.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.replication.network.frame.Hello;
import io.ashlar.replication.network.frame.VersionRange;
import io.ashlar.replication.transport.TrafficClass;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who is up, who is down, and who is somebody else.
class ReachTest {
  private static final long SILENCE_NS = NetworkLimits.DEFAULT.silenceNs();

  private final NetworkRig rig = new NetworkRig();
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[100]);

  @AfterEach
  void close() {
    rig.close();
  }

  private NetworkRig.Node start(int node, long incarnation) {
    return rig.start(node, incarnation, PlainText.FOR_BENCHMARKS);
  }

  private static Hello hello(UUID cluster, int node, int oldest, int newest) {
    return new Hello(cluster, node, 1, new VersionRange(oldest, newest));
  }

  private NetworkRig.Node start(Hello hello) {
    return rig.start(hello, NetworkLimits.DEFAULT, PlainText.FOR_BENCHMARKS);
  }

  @Test
  void shouldSayWhoIsUpAndStayQuietWhileAllIsWell() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node two = start(2, 1);
    assertThat(one.network.isUp(2)).isFalse();
    assertThat(one.network.send(2, TrafficClass.CONTROL, message, 0, 1)).isFalse();
    rig.connect(one, two);
    rig.advance(20 * SILENCE_NS);
    assertThat(one.network.isUp(2)).isTrue();
    assertThat(two.network.isUp(1)).isTrue();
    assertThat(one.ups).containsExactly(2);
    assertThat(two.ups).containsExactly(1);
    assertThat(one.told).isEmpty();
    assertThat(two.told).isEmpty();
  }

  @Test
  void shouldTellAGoodbyeAtOnceAndFindTheNextLife() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node two = start(2, 1);
    rig.connect(one, two);
    two.network.close();
    rig.runUntil(() -> !one.network.isUp(2));
    assertThat(one.downs).containsExactly(2);
    assertThat(one.told).singleElement().asString().contains("it says: node 2 shuts down");
    for (TrafficClass traffic : TrafficClass.values()) {
      assertThat(one.network.isConnected(2, traffic)).isFalse();
    }
    NetworkRig.Node again = start(2, 2);
    again.network.addPeer(1, one.address);
    rig.awaitConnected(one, again);
    assertThat(one.ups).containsExactly(2, 2);
  }

  /// The node that is dialed dies and comes back on its port: the dialer finds it by itself.
  @Test
  void shouldDialUntilSomebodyAnswers() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node two = start(2, 1);
    rig.connect(one, two);
    one.network.close();
    rig.awaitTold(two, "does not answer at");
    assertThat(two.network.isUp(1)).isFalse();
    long before = two.told.size();
    rig.advance(5_000_000_000L);
    assertThat(two.told.size()).as("the same is not told again and again").isEqualTo(before);
    NetworkRig.Node again =
        rig.startAt(one.address, new Hello(NetworkRig.CLUSTER, 1, 2, VersionRange.SUPPORTED));
    again.network.addPeer(2, two.address);
    rig.advanceUntil(() -> NetworkRig.isConnected(two, again));
    assertThat(two.ups).containsExactly(1, 1);
  }

  /// Bytes stop coming in both directions, and nobody closes anything.
  @Test
  void shouldTakeASilentPeerForDownAndCloseItsConnections() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node two = start(2, 1);
    try (Relay relay = new Relay(rig.loop, one.address)) {
      one.network.addPeer(2, two.address);
      two.network.addPeer(1, relay.address());
      rig.runUntil(() -> NetworkRig.isConnected(one, two) && NetworkRig.isConnected(two, one));
      relay.silence();
      rig.advance(SILENCE_NS / 2);
      assertThat(one.network.isUp(2)).as("not yet").isTrue();
      rig.advance(SILENCE_NS);
      assertThat(one.network.isUp(2)).isFalse();
      assertThat(two.network.isUp(1)).isFalse();
      assertThat(one.wasTold("nothing was heard of it for 400 ms")).isTrue();
      assertThat(one.network.isConnected(2, TrafficClass.RESYNC)).isFalse();
      assertThat(one.network.send(2, TrafficClass.RESYNC, message, 0, 1)).isFalse();
      relay.speak();
      rig.advanceUntil(() -> NetworkRig.isConnected(one, two) && NetworkRig.isConnected(two, one));
    }
  }

  @Test
  void shouldJudgeNobodyAfterAStopOfItsOwn() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node two = start(2, 1);
    rig.connect(one, two);
    for (long stopNs : new long[] {SILENCE_NS / 2, SILENCE_NS * 9 / 10, 50 * SILENCE_NS}) {
      rig.advance(SILENCE_NS);
      rig.leap(stopNs);
      rig.advance(3 * SILENCE_NS);
    }
    assertThat(one.downs).isEmpty();
    assertThat(two.downs).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldBelieveTheNewerOfTwoProcessesOfOneNode(int twin) {
    NetworkRig.Node witness = start(2, 1);
    NetworkRig.Node old = start(twin, 10);
    rig.connect(witness, old);
    NetworkRig.Node young = start(twin, 11);
    young.network.addPeer(2, witness.address);
    if (twin < 2) { // it is dialed, and the witness has to be told where
      witness.network.addPeer(twin, young.address);
    }
    rig.advanceUntil(() -> NetworkRig.isConnected(young, witness));
    assertThat(witness.ups).containsExactly(twin, twin);
    rig.advance(3_000_000_000L);
    assertThat(NetworkRig.isConnected(young, witness)).isTrue();
    assertThat(old.network.isUp(2)).isFalse();
    if (twin > 2) {
      assertThat(witness.wasTold("a newer process of node 3 took its place")).isTrue();
      assertThat(witness.wasTold("an older process of node 3 (incarnation 10 after 11)")).isTrue();
      assertThat(old.wasTold("is still there: stop it")).isTrue();
    }
  }

  @Test
  void shouldRefuseAnotherClusterAndSayWhich() {
    NetworkRig.Node one = start(1, 1);
    UUID other = new UUID(6, 6);
    NetworkRig.Node two = start(hello(other, 2, 1, 1));
    rig.introduce(one, two);
    rig.advanceUntil(() -> two.wasTold("it belongs to cluster") || two.wasTold("it says"));
    assertThat(one.wasTold("it belongs to cluster " + other + ", and this is")).isTrue();
    assertThat(one.network.isUp(2)).isFalse();
    assertThat(two.network.isUp(1)).isFalse();
  }

  @Test
  void shouldRefuseWhoIsNoPeerOrIsNotWhereItShouldBe() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node stranger = start(5, 1);
    stranger.network.addPeer(1, one.address);
    rig.awaitTold(stranger, "node 5 is not one that node 1 knows");
    assertThat(one.wasTold("node 5 is not one that node 1 knows")).isTrue();
    NetworkRig.Node misled = start(4, 1);
    one.network.addPeer(4, misled.address);
    misled.network.addPeer(3, one.address);
    rig.awaitTold(misled, "node 1 answers where node 3 should");
  }

  @Test
  void shouldForgetAPeerThatIsRemoved() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node two = start(2, 1);
    rig.connect(one, two);
    one.network.removePeer(2);
    assertThat(one.network.isUp(2)).isFalse();
    assertThat(one.downs).containsExactly(2);
    rig.advance(3_000_000_000L);
    assertThat(two.network.isUp(1)).isFalse();
    assertThat(two.wasTold("node 2 is not one that node 1 knows")).isTrue();
  }

  @Test
  void shouldSpeakTheVersionThatBothKnowAndRefuseWhereThereIsNone() {
    NetworkRig.Node older = start(hello(NetworkRig.CLUSTER, 1, 1, 1));
    NetworkRig.Node newer = start(hello(NetworkRig.CLUSTER, 2, 1, 2));
    NetworkRig.Node newest = start(hello(NetworkRig.CLUSTER, 3, 2, 3));
    rig.connect(older, newer);
    rig.connect(newer, newest);
    assertThat(newer.network.send(3, TrafficClass.CONTROL, message, 0, 9)).isTrue();
    int[] received = {0};
    rig.runUntil(() -> {
      received[0] += newest.network.poll((from, traffic, buffer, offset, length) -> {});
      return received[0] == 1;
    });
    rig.introduce(older, newest);
    rig.awaitTold(older, "it speaks versions 2 to 3 of the protocol");
    rig.awaitTold(newest, "this node version 1: upgrade nodes one release");
    assertThat(older.network.isUp(3)).isFalse();
  }

  @Test
  void shouldStayInsideItsNetwork() {
    NetworkRig.Node one = start(1, 1);
    InetSocketAddress outside = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 7000);
    assertThatThrownBy(() -> one.network.addPeer(2, outside))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("outside the storage network 127.0.0.0/8: nothing is sent there");
    AddressRange narrow = AddressRange.parse("127.0.0.1/32");
    InetSocketAddress second = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0);
    Hello hello = hello(NetworkRig.CLUSTER, 2, 1, 1);
    assertThatThrownBy(
            () -> new StorageNetworkOptions(hello, second, narrow, NetworkLimits.DEFAULT))
        .hasMessageContaining("127.0.0.2 lies outside the storage network 127.0.0.1/32");
    NetworkRig.Node closed = rig.startIn(narrow, hello(NetworkRig.CLUSTER, 1, 1, 1));
    NetworkRig.Node caller = rig.startAt(second, hello);
    closed.network.addPeer(2, NetworkRig.ANY_PORT);
    caller.network.addPeer(1, closed.address);
    rig.awaitTold(closed, "A connection from 127.0.0.2 was refused: the address lies outside");
    assertThat(caller.network.isUp(1)).isFalse();
  }

  /// The event loop would swallow it.
  @Test
  void shouldNotGoOnWhenItIsBroken() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node two = start(2, 1);
    one.isBroken = true;
    rig.introduce(one, two);
    rig.runUntil(() -> two.ups.contains(1));
    assertThatThrownBy(() -> one.network.poll((from, traffic, buffer, offset, length) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("must hold: what a test breaks");
  }

  @Test
  void shouldKeepAPeerThatIsAddedAgain() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node two = start(2, 1);
    rig.connect(one, two);
    rig.introduce(one, two);
    rig.turn();
    assertThat(NetworkRig.isConnected(one, two)).isTrue();
    assertThat(one.downs).isEmpty();
  }

  /// What was handed on stays what it is until the receiver returns, and no more is handed on.
  @Test
  void shouldLetAReceiverTurnOutWhoItHears() {
    NetworkRig.Node one = start(1, 1);
    NetworkRig.Node two = start(2, 1);
    rig.connect(one, two);
    for (int i = 0; i < 5; i++) {
      message.putLong(0, 77);
      assertThat(two.network.send(1, TrafficClass.RESYNC, message, 0, 100)).isTrue();
    }
    int[] heard = {0};
    rig.runUntil(() -> {
      one.network.poll((from, traffic, buffer, offset, length) -> {
        one.network.removePeer(from);
        assertThat(buffer.getLong(offset)).isEqualTo(77);
        heard[0]++;
      });
      return heard[0] > 0;
    });
    assertThat(one.network.poll((from, traffic, buffer, offset, length) -> heard[0]++)).isZero();
    assertThat(heard[0]).isEqualTo(1);
    assertThat(one.network.isUp(2)).isFalse();
  }
}
