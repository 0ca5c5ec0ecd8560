package io.ashlar.target.iscsi.session;

import io.netty.buffer.ByteBuf;

/// What a connection does with the PDUs it receives: log in, serve, or tell the targets.
interface ConnectionPhase {
  /// As [io.ashlar.target.iscsi.pdu.PduListener#onHeader].
  void onHeader(ByteBuf header);

  /// As [io.ashlar.target.iscsi.pdu.PduListener#onPdu].
  void onPdu(ByteBuf header);

  /// The connection is closed.
  void onClosed();

  /// A turn of the clock, about once a second.
  void onTick(long nowNs);

  /// Fills in the next StatSN and the command window, in a PDU that carries status.
  void sequence(ByteBuf out, int at);
}
