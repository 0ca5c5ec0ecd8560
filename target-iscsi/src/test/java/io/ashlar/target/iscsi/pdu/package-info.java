/// Tests of the package of the same name.
@NullMarked
package io.ashlar.target.iscsi.pdu;

import org.jspecify.annotations.NullMarked;
