package io.ashlar.initiator.nvme.wire;

/// The PDU types (TCP Transport Specification §3.6.1, figure "Common Header").
public final class PduType {
  public static final int IC_REQ = 0x00;
  public static final int IC_RESP = 0x01;
  public static final int H2C_TERM_REQ = 0x02;
  public static final int C2H_TERM_REQ = 0x03;
  public static final int CAPSULE_CMD = 0x04;
  public static final int CAPSULE_RESP = 0x05;
  public static final int H2C_DATA = 0x06;
  public static final int C2H_DATA = 0x07;
  public static final int R2T = 0x09;

  private PduType() {}

  /// The header length that a controller's PDU of this type must have, or 0 where a host never
  /// receives the type.
  public static int hlenFromController(int type) {
    return switch (type) {
      case IC_RESP -> InitializeConnection.LENGTH;
      case C2H_TERM_REQ -> TerminateRequest.LENGTH;
      case CAPSULE_RESP -> ResponseCapsule.LENGTH;
      case C2H_DATA -> DataTransfer.LENGTH;
      case R2T -> ReadyToTransfer.LENGTH;
      default -> 0;
    };
  }

  /// The specification's name, for messages.
  public static String name(int type) {
    return switch (type) {
      case IC_REQ -> "ICReq";
      case IC_RESP -> "ICResp";
      case H2C_TERM_REQ -> "H2CTermReq";
      case C2H_TERM_REQ -> "C2HTermReq";
      case CAPSULE_CMD -> "CapsuleCmd";
      case CAPSULE_RESP -> "CapsuleResp";
      case H2C_DATA -> "H2CData";
      case C2H_DATA -> "C2HData";
      case R2T -> "R2T";
      default -> "PDU type 0x%02x".formatted(type);
    };
  }
}
