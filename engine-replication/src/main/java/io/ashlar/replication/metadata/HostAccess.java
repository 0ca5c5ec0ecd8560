package io.ashlar.replication.metadata;

/// A host that may use a volume. Secrets are named, never held here: the node looks the reference
/// up in its own secret files.
///
/// @param name the host's NQN or IQN
/// @param secretReference names the secret by which the host authenticates; empty for none
/// @param mutualSecretReference names the secret by which the target does in turn; empty for none
public record HostAccess(String name, String secretReference, String mutualSecretReference) {
  /// A host that is admitted by its name alone.
  public static HostAccess byName(String name) {
    return new HostAccess(name, "", "");
  }
}
