package io.ashlar.target.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Each PDU against bytes laid out by hand from RFC 7143 §11.
class PduLayoutTest {
  private final ByteBuf out = Unpooled.buffer();

  @AfterEach
  void release() {
    out.release();
  }

  @Test
  void shouldLayOutDataIn() {
    int at = DataInPdu.append(out, 0x81, 3, 0x2000, 0x1000);
    BasicHeader.taskTag(out, at, 0x11223344);
    BasicHeader.sequence(out, at, 5, 6, 7);
    DataInPdu.status(out, at, 0x02, 9);
    assertBytes(
        "2581000200001000 0000000000000000 11223344ffffffff 0000000500000006"
            + "0000000700000003 0000200000000009");
  }

  @Test
  void shouldLayOutScsiResponse() {
    int at = ScsiResponsePdu.append(out, ScsiResponsePdu.UNDERFLOW_FLAG, 0x1000);
    ScsiResponsePdu.status(out, at, 0x18);
    ScsiResponsePdu.expDataSn(out, at, 2);
    BasicHeader.taskTag(out, at, 1);
    BasicHeader.sequence(out, at, 5, 6, 7);
    assertBytes(
        "2182001800000000 0000000000000000 0000000100000000 0000000500000006"
            + "0000000700000002 0000000000001000");
  }

  @Test
  void shouldLayOutReadyToTransfer() {
    int at = ReadyToTransferPdu.append(out, 1, 0x10000, 0x20000);
    BasicHeader.lun(out, at, 0x0001000000000000L);
    BasicHeader.taskTag(out, at, 2);
    BasicHeader.transferTag(out, at, 3);
    BasicHeader.sequence(out, at, 5, 6, 7);
    assertBytes(
        "3180000000000000 0001000000000000 0000000200000003 0000000500000006"
            + "0000000700000001 0001000000020000");
  }

  @Test
  void shouldLayOutLoginResponse() {
    int at = LoginResponsePdu.append(out, LoginResponsePdu.TRANSIT_FLAG, 1, 3);
    LoginResponsePdu.session(out, at, 0x00023d000001L, 0x0042);
    LoginResponsePdu.status(out, at, 0x0201);
    BasicHeader.taskTag(out, at, 9);
    BasicHeader.dataBytes(out, at, 0x10);
    BasicHeader.sequence(out, at, 5, 6, 7);
    assertBytes(
        "2387000000000010 00023d0000010042 0000000900000000 0000000500000006"
            + "0000000702010000 0000000000000000");
  }

  @Test
  void shouldLayOutTheSmallResponses() {
    TaskManagementPdu.append(out, TaskManagementPdu.TASK_DOES_NOT_EXIST, 4);
    assertThat(out.getInt(0)).isEqualTo(0x22800100);
    assertThat(out.getInt(16)).isEqualTo(4);
    out.clear();
    LogoutPdu.append(out, LogoutPdu.CID_NOT_FOUND, 4);
    assertThat(out.getInt(0)).isEqualTo(0x26800100);
    out.clear();
    RejectPdu.append(out, RejectPdu.PROTOCOL_ERROR);
    assertThat(out.getInt(0)).isEqualTo(0x3f800400);
    assertThat(out.getInt(4)).isEqualTo(48);
    out.clear();
    NopPdu.append(out, BasicHeader.RESERVED_TAG, 77);
    assertThat(out.getInt(0)).isEqualTo(0x20800000);
    assertThat(out.getInt(20)).isEqualTo(77);
    out.clear();
    AsyncMessagePdu.append(out, AsyncMessagePdu.LOGOUT_REQUESTED, 10);
    assertThat(out.getInt(36)).isEqualTo(0x01000000);
    assertThat(out.getInt(40)).isEqualTo(0x0000000a);
  }

  @Test
  void shouldReadAScsiCommand() {
    out.writeBytes(
        ByteBufUtil.decodeHexDump(
            "41e2000000001000"
                + "0001000000000000"
                + "0000000a00001000"
                + "0000000b0000000c"
                + "2a00000000010000"
                + "0100000000000000"));
    assertThat(BasicHeader.opcode(out)).isEqualTo(IscsiOpcode.SCSI_COMMAND);
    assertThat(BasicHeader.isImmediate(out)).isTrue();
    assertThat(BasicHeader.isFinal(out)).isTrue();
    assertThat(ScsiCommandPdu.isRead(out)).isTrue();
    assertThat(ScsiCommandPdu.isWrite(out)).isTrue();
    assertThat(ScsiCommandPdu.attribute(out)).isEqualTo(ScsiCommandPdu.ORDERED);
    assertThat(BasicHeader.dataBytes(out)).isEqualTo(0x1000);
    assertThat(BasicHeader.lun(out)).isEqualTo(0x0001000000000000L);
    assertThat(BasicHeader.taskTag(out)).isEqualTo(10);
    assertThat(ScsiCommandPdu.expectedTransferBytes(out)).isEqualTo(0x1000);
    assertThat(BasicHeader.cmdSn(out)).isEqualTo(11);
    assertThat(BasicHeader.expStatSn(out)).isEqualTo(12);
    assertThat(ScsiCommandPdu.cdbWord(out, 0)).isEqualTo(0x2a00000000010000L);
    assertThat(ScsiCommandPdu.cdbWord(out, 8)).isEqualTo(0x0100000000000000L);
  }

  @Test
  void shouldReadALoginRequest() {
    out.writeBytes(
        ByteBufUtil.decodeHexDump(
            "43870000000000ff"
                + "00023d0000010007"
                + "0000000100050000"
                + "0000000000000000"
                + "0000000000000000"
                + "0000000000000000"));
    assertThat(LoginRequestPdu.isTransit(out)).isTrue();
    assertThat(LoginRequestPdu.isContinued(out)).isFalse();
    assertThat(LoginRequestPdu.currentStage(out)).isEqualTo(1);
    assertThat(LoginRequestPdu.nextStage(out)).isEqualTo(3);
    assertThat(LoginRequestPdu.isid(out)).isEqualTo(0x00023d000001L);
    assertThat(LoginRequestPdu.tsih(out)).isEqualTo(7);
    assertThat(LoginRequestPdu.cid(out)).isEqualTo(5);
  }

  private void assertBytes(String expected) {
    assertThat(ByteBufUtil.hexDump(out)).isEqualTo(expected.replace(" ", ""));
  }
}
