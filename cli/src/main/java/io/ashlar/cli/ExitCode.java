package io.ashlar.cli;

import io.ashlar.control.ProblemCode;

/// What the command ends with. Never renumbered; scripts match on them.
public final class ExitCode {
  public static final int OK = 0;

  /// A defect, or an error without a code of its own.
  public static final int FAILED = 1;

  /// The command line, the configuration or a value in it is wrong.
  public static final int USAGE = 2;

  /// The volume or host that was named does not exist.
  public static final int NOT_FOUND = 3;

  /// What was asked contradicts what is there.
  public static final int CONFLICT = 4;

  /// The pool or a limit does not admit it.
  public static final int NO_ROOM = 5;

  /// No token, or a wrong one.
  public static final int UNAUTHORIZED = 6;

  /// The node cannot be reached or does not serve.
  public static final int UNAVAILABLE = 7;

  private ExitCode() {}

  /// The exit code for a refusal of the management API.
  public static int of(ProblemCode code) {
    return switch (code) {
      case INVALID_REQUEST -> USAGE;
      case UNAUTHORIZED, TOKEN_REFUSED -> UNAUTHORIZED;
      case ROUTE_NOT_FOUND, INTERNAL -> FAILED;
      case VOLUME_NOT_FOUND, HOST_NOT_FOUND -> NOT_FOUND;
      case VOLUME_EXISTS,
          VOLUME_IN_USE,
          VOLUME_ELSEWHERE,
          SHRINK_REFUSED,
          SCRUB_RUNNING,
          SCRUB_NOT_RUNNING,
          CLUSTER_NOT_CONFIGURED,
          ALREADY_CLUSTERED,
          NOT_CLUSTERED,
          NODE_HAS_VOLUMES ->
          CONFLICT;
      case POOL_FULL, LIMIT_REACHED -> NO_ROOM;
      case NOT_READY, NODE_UNREACHABLE, PEER_UNREACHABLE -> UNAVAILABLE;
    };
  }
}
