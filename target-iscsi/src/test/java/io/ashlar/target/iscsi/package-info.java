/// Tests of the target as a whole, and a target to run initiators against.
@NullMarked
package io.ashlar.target.iscsi;

import org.jspecify.annotations.NullMarked;
