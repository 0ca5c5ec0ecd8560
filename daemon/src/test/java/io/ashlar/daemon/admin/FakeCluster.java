package io.ashlar.daemon.admin;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ClusterInfo.ClusterNode;
import io.ashlar.control.ClusterInfo.ClusterPool;
import io.ashlar.control.ControlException;
import io.ashlar.control.HealthCode;
import io.ashlar.control.JoinTokenInfo;
import io.ashlar.control.ProblemCode;
import java.util.List;

/// A [ClusterControl] that says always the same, once it was begun or joined.
public final class FakeCluster implements ClusterControl {
  public static final String TOKEN = "ashlar-join-fake";

  private static final long GIB = 1L << 30;

  private boolean isMember;

  @Override
  public ClusterInfo status() {
    if (!isMember) {
      return new ClusterInfo(
          ClusterInfo.ALONE, "c-1", "HEALTH_OK", "", 2, List.of(node(0, "n1", "up")), List.of());
    }
    return new ClusterInfo(
        ClusterInfo.MEMBER,
        "c-1",
        "HEALTH_WARN",
        "n1",
        2,
        List.of(node(1, "n1", "up"), node(2, "n2", "down")),
        List.of(HealthCode.CLUSTER_NODE_DOWN.says("Node 'n2' cannot be reached.")));
  }

  private static ClusterNode node(int number, String name, String state) {
    boolean isUp = state.equals("up");
    return new ClusterNode(
        number,
        "id-" + number,
        name,
        "rack-a",
        "10.20.0." + number + ":7481",
        3,
        state,
        "2026-11-24T04:00:00Z",
        isUp ? "leader" : "voter",
        isUp,
        "0.1.0",
        1,
        isUp ? new ClusterPool("/dev/x", "healthy", 16 * GIB, GIB, 15 * GIB) : null);
  }

  @Override
  public void init() {
    if (isMember) {
      throw new ControlException(ProblemCode.ALREADY_CLUSTERED, "It is one already.");
    }
    isMember = true;
  }

  @Override
  public JoinTokenInfo giveToken(long goodSeconds) {
    return new JoinTokenInfo(TOKEN, "in " + goodSeconds + " seconds");
  }

  @Override
  public void join(String token) {
    if (!token.equals(TOKEN)) {
      throw new ControlException(ProblemCode.TOKEN_REFUSED, "This is no token.");
    }
    isMember = true;
  }
}
