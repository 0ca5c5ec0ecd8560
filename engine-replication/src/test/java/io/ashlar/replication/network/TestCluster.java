package io.ashlar.replication.network;

import io.ashlar.core.base.Clock;
import io.ashlar.replication.identity.ClusterAuthority;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeKeys;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.identity.Validity;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// A cluster's authority and what it issues.
final class TestCluster {
  static final Duration LONG = Duration.ofDays(365);

  private final Clock clock;
  private final ClusterAuthority authority;

  TestCluster(Clock clock) {
    this(clock, NetworkRig.CLUSTER);
  }

  TestCluster(Clock clock, UUID cluster) {
    this.clock = clock;
    authority = ClusterAuthority.create(cluster, Validity.startingAt(now(), LONG));
  }

  Instant now() {
    return Instant.ofEpochMilli(clock.epochMillis());
  }

  X509Certificate certificate() {
    return authority.certificate();
  }

  MutualTls security(int node) {
    return new MutualTls(credentials(node, LONG, certificate()), clock);
  }

  /// @param trusted the authorities that the node believes
  NodeCredentials credentials(int node, Duration length, X509Certificate... trusted) {
    return credentials(node, Validity.startingAt(now(), length), trusted);
  }

  NodeCredentials credentials(int node, Validity validity, X509Certificate... trusted) {
    KeyPair keys = NodeKeys.generate();
    return new NodeCredentials(
        new NodeName(authority.cluster(), node),
        keys.getPrivate(),
        authority.issue(node, keys.getPublic(), validity),
        List.of(trusted));
  }
}
