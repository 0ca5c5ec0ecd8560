package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.IscsiOpcode;
import io.ashlar.target.iscsi.pdu.LogoutPdu;
import io.ashlar.target.iscsi.pdu.RejectPdu;
import io.netty.buffer.ByteBuf;

/// A discovery session (RFC 7143 §4.3): it may ask for targets and log out.
final class DiscoveryPhase implements ConnectionPhase {
  /// Text requests and the logout come one by one.
  private static final int WINDOW = 8;

  private final IscsiConnection connection;
  private final TextResponder responder;
  private final PingEcho pings;
  private final long idleNs;
  private int statSn;
  private int expCmdSn;
  private long heardNs = System.nanoTime();

  DiscoveryPhase(IscsiConnection connection, LoginNegotiation login, int statSn, int expCmdSn) {
    this.connection = connection;
    this.statSn = statSn;
    this.expCmdSn = expCmdSn;
    this.idleNs = connection.portal().options().limits().idleNs();
    this.responder = new TextResponder(connection, login, this);
    this.pings = new PingEcho(connection, login.parameters());
  }

  @Override
  public void onHeader(ByteBuf header) {
    heardNs = System.nanoTime();
    switch (BasicHeader.opcode(header)) {
      case IscsiOpcode.TEXT_REQUEST -> {
        if (!responder.onHeader(header)) {
          connection.close("its text request is too long");
        }
      }
      case IscsiOpcode.NOP_OUT -> {
        if (!pings.onHeader(header)) {
          connection.close("its ping is too long");
        }
      }
      default -> {}
    }
  }

  @Override
  public void onPdu(ByteBuf header) {
    if (!BasicHeader.isImmediate(header)) {
      expCmdSn = BasicHeader.cmdSn(header) + 1;
    }
    switch (BasicHeader.opcode(header)) {
      case IscsiOpcode.TEXT_REQUEST -> responder.onPdu(header);
      case IscsiOpcode.NOP_OUT -> pings.onPdu(header, this);
      case IscsiOpcode.LOGOUT_REQUEST -> logOut(header);
      default -> connection.reject(header, RejectPdu.COMMAND_NOT_SUPPORTED);
    }
  }

  private void logOut(ByteBuf header) {
    ByteBuf out = connection.writer().roomFor(0);
    int at = LogoutPdu.append(out, LogoutPdu.CLOSED, BasicHeader.taskTag(header));
    sequence(out, at);
    connection.writer().endHeader(out, at);
    connection.close(null);
  }

  @Override
  public void onClosed() {
    responder.release();
    pings.release();
  }

  @Override
  public void onTick(long nowNs) {
    if (nowNs - heardNs > idleNs) {
      connection.close("its discovery session was idle");
    }
  }

  @Override
  public void sequence(ByteBuf out, int at) {
    BasicHeader.sequence(out, at, statSn, expCmdSn, expCmdSn + WINDOW);
    statSn++;
  }
}
