package io.ashlar.target.iscsi.session;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who may use a target.
///
/// @param hosts by initiator name, in lower case
/// @param others anyone who is not listed; null lets nobody in
public record AccessPolicy(Map<String, HostAccess> hosts, @Nullable HostAccess others) {
  /// Anyone, without proof.
  public static final AccessPolicy OPEN = new AccessPolicy(Map.of(), HostAccess.UNAUTHENTICATED);

  public AccessPolicy {
    hosts = Map.copyOf(hosts);
  }

  /// How this initiator may log in, or null if it may not.
  public @Nullable HostAccess of(String initiatorName) {
    HostAccess listed = hosts.get(initiatorName.toLowerCase(Locale.ROOT));
    return listed == null ? others : listed;
  }
}
