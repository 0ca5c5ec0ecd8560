package io.ashlar.replication.metadata.raft;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// By what this node proves itself to the others, and they to it. Certificates name nodes and not
/// hosts, so whoever has one from these authorities is let in, under any address.
///
/// @param key this node's own
/// @param chain its certificate, then those that issued it
/// @param authorities who is believed
public record RaftTls(
    PrivateKey key, List<X509Certificate> chain, List<X509Certificate> authorities) {
  public RaftTls {
    chain = List.copyOf(chain);
    authorities = List.copyOf(authorities);
  }

  /// Keeps the key out of logs.
  @Override
  public String toString() {
    return "RaftTls[" + (chain.isEmpty() ? "" : chain.getFirst().getSubjectX500Principal()) + "]";
  }
}
