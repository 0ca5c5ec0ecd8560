package io.ashlar.replication.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// What a node proves itself with, and whom it believes.
///
/// @param key of the certificate
/// @param trusted the cluster's authorities: one, or two while one follows another
public record NodeCredentials(
    NodeName name, PrivateKey key, X509Certificate certificate, List<X509Certificate> trusted) {
  public NodeCredentials {
    trusted = List.copyOf(trusted);
  }

  /// The key is nobody's to see.
  @Override
  public String toString() {
    return "credentials of " + name.uri();
  }
}
