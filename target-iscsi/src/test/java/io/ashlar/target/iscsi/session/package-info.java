/// Tests of the package of the same name.
@NullMarked
package io.ashlar.target.iscsi.session;

import org.jspecify.annotations.NullMarked;
