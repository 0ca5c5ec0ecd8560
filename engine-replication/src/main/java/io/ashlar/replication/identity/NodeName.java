package io.ashlar.replication.identity;

import io.ashlar.core.base.Check;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a node's certificate calls it: `ashlar:cluster/<uuid>/node/<number>`, a URI among the
/// subject's alternative names (RFC 5280, 4.2.1.6).
public record NodeName(UUID cluster, int node) {
  private static final String SCHEME = "ashlar:cluster/";
  private static final String NODE = "/node/";

  public NodeName {
    Check.that(node >= 0, "nodes are numbered", node);
  }

  /// As a URI.
  public String uri() {
    return SCHEME + cluster + NODE + node;
  }

  /// Reads a URI. Only the one spelling that [#uri] has is a name.
  ///
  /// @return null if it is none
  static @Nullable NodeName parse(String uri) {
    int split = uri.indexOf(NODE);
    if (!uri.startsWith(SCHEME) || split < SCHEME.length()) {
      return null;
    }
    try {
      UUID cluster = UUID.fromString(uri.substring(SCHEME.length(), split));
      int node = Integer.parseInt(uri.substring(split + NODE.length()));
      NodeName name = node < 0 ? null : new NodeName(cluster, node);
      return name != null && name.uri().equals(uri) ? name : null;
    } catch (IllegalArgumentException none) {
      return null;
    }
  }
}
