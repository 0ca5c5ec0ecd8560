package io.ashlar.control;

import java.util.Arrays;

/// Every way in which the management API refuses, as a stable machine-readable code. Codes are
/// never renamed; scripts match on them.
public enum ProblemCode {
  /// The request cannot be understood, or a value is out of its limits.
  INVALID_REQUEST("invalid-request", 400),
  /// No token, or a wrong one.
  UNAUTHORIZED("unauthorized", 401),
  /// There is no such path in this API.
  ROUTE_NOT_FOUND("route-not-found", 404),
  /// There is no volume of this name or id.
  VOLUME_NOT_FOUND("volume-not-found", 404),
  /// The host is not on the volume's list.
  HOST_NOT_FOUND("host-not-found", 404),
  /// The volume lives on another node of the cluster.
  VOLUME_ELSEWHERE("volume-elsewhere", 409),
  /// The node's configuration does not say where it is on a storage network.
  CLUSTER_NOT_CONFIGURED("cluster-not-configured", 409),
  /// The node is in a cluster, and the request is for one that is alone.
  ALREADY_CLUSTERED("already-clustered", 409),
  /// The node is alone, and the request is for one in a cluster.
  NOT_CLUSTERED("not-clustered", 409),
  /// The node has volumes of its own and cannot join others.
  NODE_HAS_VOLUMES("node-has-volumes", 409),
  /// The token that lets a node join is garbled, expired, used, or of another cluster.
  TOKEN_REFUSED("token-refused", 403),
  /// Another node of the cluster does not answer, or cannot be believed.
  PEER_UNREACHABLE("peer-unreachable", 502),
  /// A volume of this name exists, with another specification.
  VOLUME_EXISTS("volume-exists", 409),
  /// Hosts are connected to the volume.
  VOLUME_IN_USE("volume-in-use", 409),
  /// Making a volume smaller would cut data off.
  SHRINK_REFUSED("shrink-refused", 409),
  /// A scrub that was asked for is under way already.
  SCRUB_RUNNING("scrub-running", 409),
  /// No scrub is under way.
  SCRUB_NOT_RUNNING("scrub-not-running", 409),
  /// The pool cannot take what was asked.
  POOL_FULL("pool-full", 507),
  /// A limit of this node is reached.
  LIMIT_REACHED("limit-reached", 409),
  /// The node is starting, stopping, or its pool failed.
  NOT_READY("not-ready", 503),
  /// A defect of Ashlar.
  INTERNAL("internal", 500),
  /// Said by the client: nobody answers at the management address.
  NODE_UNREACHABLE("node-unreachable", 0);

  private final String code;
  private final int httpStatus;

  ProblemCode(String code, int httpStatus) {
    this.code = code;
    this.httpStatus = httpStatus;
  }

  /// The code as it travels and as scripts match it.
  public String code() {
    return code;
  }

  /// The HTTP status it travels with; 0 where it never travels.
  public int httpStatus() {
    return httpStatus;
  }

  /// The constant of a code; [#INTERNAL] for codes of a newer server.
  public static ProblemCode of(String code) {
    return Arrays.stream(values())
        .filter(each -> each.code.equals(code))
        .findFirst()
        .orElse(INTERNAL);
  }
}
