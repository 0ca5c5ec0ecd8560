package io.ashlar.replication.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.identity.Validity;
import io.ashlar.replication.network.frame.Hello;
import io.ashlar.replication.network.frame.VersionRange;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who is believed, with which certificate.
class SecurityTest {
  private static final Duration LONG = TestCluster.LONG;

  private final NetworkRig rig = new NetworkRig();
  private final TestCluster cluster = new TestCluster(rig.clock);
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[100]);

  @AfterEach
  void close() {
    rig.close();
  }

  private MutualTls tls(NodeCredentials credentials) {
    return new MutualTls(credentials, rig.clock);
  }

  /// Node 1 is good; node 2 has other credentials, and dials it.
  private void shouldRefuse(NodeCredentials wrong, String reason) {
    NetworkRig.Node good = rig.start(1, 1, cluster.security(1));
    NetworkRig.Node bad = rig.start(2, 1, tls(wrong));
    rig.introduce(good, bad);
    rig.awaitTold(good, reason);
    rig.awaitTold(bad, "it refused this node's certificate");
    assertThat(good.network.isUp(2)).isFalse();
    assertThat(bad.network.isUp(1)).isFalse();
  }

  /// Node 2 is good, and dials node 1, which has other credentials.
  private void shouldNotTrustAnAnswerOf(NodeCredentials wrong, String reason) {
    NetworkRig.Node good = rig.start(2, 1, cluster.security(2));
    NetworkRig.Node bad = rig.start(1, 1, tls(wrong));
    rig.introduce(good, bad);
    rig.awaitTold(good, reason);
    rig.awaitTold(bad, "it refused this node's certificate");
    assertThat(good.network.isUp(1)).isFalse();
    assertThat(bad.network.isUp(2)).isFalse();
  }

  /// Another authority that calls itself this cluster's.
  private NodeCredentials forged(int node) {
    return new TestCluster(rig.clock).credentials(node, LONG, cluster.certificate());
  }

  @Test
  void shouldRefuseAnotherAuthorityAtBothEnds() {
    shouldRefuse(forged(2), "its certificate as node 2 is not of this cluster's authority");
  }

  @Test
  void shouldNotTrustAnAnswerOfAnotherAuthority() {
    shouldNotTrustAnAnswerOf(forged(1), "is not of this cluster's authority");
  }

  @Test
  void shouldRefuseAnotherClustersCertificateAndNameBoth() {
    UUID other = new UUID(9, 9);
    TestCluster theirs = new TestCluster(rig.clock, other);
    NetworkRig.Node good = rig.start(1, 1, cluster.security(1));
    NodeCredentials wrong = theirs.credentials(2, LONG, cluster.certificate());
    Hello hello = new Hello(other, 2, 1, VersionRange.SUPPORTED);
    NetworkRig.Node bad = rig.start(hello, NetworkLimits.DEFAULT, tls(wrong));
    rig.introduce(good, bad);
    rig.awaitTold(bad, "its certificate is of cluster " + NetworkRig.CLUSTER + ", and this is");
    rig.awaitTold(good, "it refused this node's certificate");
    assertThat(good.network.isUp(2)).isFalse();
    // One that does not mind where it is: the same the other way round.
    NodeCredentials disguised =
        new NodeCredentials(
            new NodeName(NetworkRig.CLUSTER, 3), wrong.key(), wrong.certificate(), wrong.trusted());
    NetworkRig.Node worse = rig.start(3, 1, tls(disguised));
    rig.introduce(good, worse);
    rig.awaitTold(good, "its certificate is of cluster " + other + ", and this is");
    assertThat(good.network.isUp(3)).isFalse();
  }

  @Test
  void shouldRefuseAnExpiredCertificateAndSaySinceWhen() {
    Validity past = new Validity(cluster.now().minusSeconds(9000), cluster.now().minusSeconds(60));
    shouldRefuse(
        cluster.credentials(2, past, cluster.certificate()),
        "its certificate as node 2 expired at " + past.until() + ": issue a new one");
  }

  @Test
  void shouldNotTrustAnAnswerWithAnExpiredCertificate() {
    Validity past = new Validity(cluster.now().minusSeconds(9000), cluster.now().minusSeconds(60));
    shouldNotTrustAnAnswerOf(
        cluster.credentials(1, past, cluster.certificate()), "expired at " + past.until());
  }

  @Test
  void shouldRefuseACertificateThatIsNotYetGood() {
    Validity future = new Validity(cluster.now().plusSeconds(60), cluster.now().plusSeconds(9000));
    shouldRefuse(
        cluster.credentials(2, future, cluster.certificate()),
        "is not good before " + future.from());
  }

  @Test
  void shouldNotLetANodeSayItIsAnother() {
    NetworkRig.Node good = rig.start(1, 1, cluster.security(1));
    NetworkRig.Node three = rig.start(3, 1, cluster.security(3));
    rig.connect(good, three);
    // Node 2's process with node 4's certificate; its own network would not even begin so.
    assertThatThrownBy(() -> rig.start(2, 1, cluster.security(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/node/4's: issue one for this node");
    NodeCredentials fours = cluster.credentials(4, LONG, cluster.certificate());
    NodeName claimed = new NodeName(NetworkRig.CLUSTER, 2);
    NetworkRig.Node liar =
        rig.start(
            2,
            1,
            tls(new NodeCredentials(claimed, fours.key(), fours.certificate(), fours.trusted())));
    rig.introduce(good, liar);
    rig.awaitTold(good, "it says it is node 2, and its certificate is node 4's");
    assertThat(good.network.isUp(2)).isFalse();
    assertThat(good.network.isUp(3)).isTrue();
  }

  @Test
  void shouldNotSpeakPlainlyToWhoDoesNot() {
    NetworkRig.Node good = rig.start(1, 1, cluster.security(1));
    NetworkRig.Node plain = rig.start(2, 1, PlainText.FOR_BENCHMARKS);
    rig.introduce(good, plain);
    rig.awaitTold(good, "not an SSL/TLS record");
    assertThat(good.network.isUp(2)).isFalse();
    assertThat(plain.network.isUp(1)).isFalse();
  }

  /// Both nodes go from one authority to the next while messages flow.
  @Test
  void shouldTakeNewCertificatesWithoutLosingAMessage() {
    TestCluster next = new TestCluster(rig.clock);
    MutualTls tlsOne = cluster.security(1);
    MutualTls tlsTwo = cluster.security(2);
    NetworkRig.Node one = rig.start(1, 1, tlsOne);
    NetworkRig.Node two = rig.start(2, 1, tlsTwo);
    rig.connect(one, two);
    List<Long> received = new ArrayList<>();
    flow(two, one, 0, received);
    // First everybody trusts both, then everybody has a new certificate, then the old one ends.
    tlsOne.rotate(cluster.credentials(1, LONG, cluster.certificate(), next.certificate()));
    flow(two, one, 100, received);
    tlsTwo.rotate(cluster.credentials(2, LONG, cluster.certificate(), next.certificate()));
    flow(two, one, 200, received);
    tlsOne.rotate(next.credentials(1, LONG, cluster.certificate(), next.certificate()));
    tlsTwo.rotate(next.credentials(2, LONG, cluster.certificate(), next.certificate()));
    flow(two, one, 300, received);
    tlsOne.rotate(next.credentials(1, LONG, next.certificate()));
    tlsTwo.rotate(next.credentials(2, LONG, next.certificate()));
    flow(two, one, 400, received);
    assertThat(received).hasSize(500).isSorted().doesNotHaveDuplicates();
    assertThat(one.downs).isEmpty();
    // What is connected from here on has the new certificates, and only those.
    two.network.removePeer(1);
    two.network.addPeer(1, one.address);
    rig.advanceUntil(() -> NetworkRig.isConnected(one, two) && NetworkRig.isConnected(two, one));
    flow(two, one, 500, received);
    assertThat(received).hasSize(600);
    NetworkRig.Node late =
        rig.start(
            3, 1, tls(cluster.credentials(3, LONG, cluster.certificate(), next.certificate())));
    rig.introduce(one, late);
    rig.awaitTold(one, "its certificate as node 3 is not of this cluster's authority");
  }

  private void flow(NetworkRig.Node from, NetworkRig.Node to, long first, List<Long> received) {
    int before = received.size();
    Transport.Receiver receiver =
        (node, traffic, buffer, offset, length) -> received.add(buffer.getLong(offset));
    for (long number = first; number < first + 100; number++) {
      message.putLong(0, number);
      assertThat(
              from.network.send(
                  to.network.self(), TrafficClass.REPLICATION, message, 0, message.capacity()))
          .isTrue();
    }
    rig.runUntil(() -> {
      to.network.poll(receiver);
      return received.size() == before + 100;
    });
  }

  @Test
  void shouldNotTakeAnotherNodesCredentials() {
    MutualTls tls = cluster.security(1);
    assertThatThrownBy(() -> tls.rotate(cluster.credentials(2, LONG, cluster.certificate())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/node/2's, and this node is");
  }

  @Test
  void shouldShakeHandsOnOtherThreadsWhereThereAreSome() {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      NodeCredentials ones = cluster.credentials(1, LONG, cluster.certificate());
      NodeCredentials twos = cluster.credentials(2, LONG, cluster.certificate());
      NetworkRig.Node one = rig.start(1, 1, new MutualTls(ones, rig.clock, threads));
      NetworkRig.Node two = rig.start(2, 1, new MutualTls(twos, rig.clock, threads));
      rig.connect(one, two);
      flow(two, one, 0, new ArrayList<>());
    }
  }
}
