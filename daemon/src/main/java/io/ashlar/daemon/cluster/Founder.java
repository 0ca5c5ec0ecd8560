package io.ashlar.daemon.cluster;

import io.ashlar.replication.identity.ClusterAuthority;
import io.ashlar.replication.identity.IdentityDirectory;
import io.ashlar.replication.identity.IdentityException;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeKeys;
import io.ashlar.replication.identity.NodeName;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.UUID;

/// Makes a node that is alone the first one of a cluster. What it leaves on the disk is a cluster
/// whose metadata is still the node's own log; the next start turns that into the agreed metadata.
public final class Founder {
  private static final int FIRST_NUMBER = 1;

  private Founder() {}

  /// Makes the cluster's authority and the node's certificate.
  ///
  /// @param cluster the one that the node's pool is formatted for
  /// @throws ClusterException with a sentence; then nothing is changed
  public static Membership found(ClusterDirectory directory, UUID cluster) throws ClusterException {
    Path prepared = directory.prepare();
    ClusterAuthority authority = ClusterAuthority.create(cluster, Validities.ofAuthority());
    KeyPair keys = NodeKeys.generate();
    NodeCredentials credentials =
        new NodeCredentials(
            new NodeName(cluster, FIRST_NUMBER),
            keys.getPrivate(),
            authority.issue(FIRST_NUMBER, keys.getPublic(), Validities.ofNode()),
            List.of(authority.certificate()));
    try {
      IdentityDirectory identity = new IdentityDirectory(prepared);
      identity.save(authority);
      identity.save(credentials);
    } catch (IdentityException failure) {
      throw new ClusterException(String.valueOf(failure.getMessage()), failure);
    }
    Membership founder =
        new Membership(Stage.FORMING, cluster, UUID.randomUUID(), FIRST_NUMBER, null, List.of());
    directory.commit(founder);
    return founder;
  }
}
