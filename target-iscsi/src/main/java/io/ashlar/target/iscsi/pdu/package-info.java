/// # iSCSI's framing (RFC 7143 §11)
///
/// A PDU is `BasicHeader · AdditionalHeader* · HeaderDigest? · Data? · padding to 4 · DataDigest?`.
/// Every PDU type has one class here with its picture and its offsets; [PduDecoder] turns bytes
/// into them. All integers are big-endian, the digests little-endian.
@NullMarked
package io.ashlar.target.iscsi.pdu;

import org.jspecify.annotations.NullMarked;
