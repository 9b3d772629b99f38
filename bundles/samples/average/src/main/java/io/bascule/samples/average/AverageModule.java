/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.samples.average;

import io.bascule.api.channel.ChannelRegistry;
import io.bascule.api.module.ModuleDescriptor;
import io.bascule.api.module.ModuleException;
import io.bascule.api.module.ModuleKind;
import io.bascule.api.module.World;
import io.bascule.api.module.spi.Module;
import io.bascule.api.module.spi.ModuleConfig;
import io.bascule.api.module.spi.ModuleLogic;
import io.bascule.api.module.spi.ModuleStatusSource;
import io.bascule.api.module.spi.NativeModule;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** The module as the framework knows it: its status from the start, its module service once it has passed its test. */
@Component(service = ModuleStatusSource.class, immediate = true, configurationPid = AverageModule.NAME)
@Designate(ocd = AverageConfig.class)
public final class AverageModule extends NativeModule {

    /** The module's name and the PID of its configuration; also in bnd.bnd. */
    static final String NAME = "average-native";

    private static final int STATE_VERSION = 1;
    private static final int BATCH_MAX = 1024;

    private final ChannelRegistry channels;

    /** Starts the module. */
    @Activate
    public AverageModule(BundleContext context, @Reference ChannelRegistry channels, Map<String, Object> properties) {
        super(describe(context), context.getBundle().getBundleId());
        this.channels = channels;
        start(
                properties,
                (service, about) ->
                        context.registerService(Module.class, service, FrameworkUtil.asDictionary(about))::unregister);
    }

    private static ModuleDescriptor describe(BundleContext context) {
        return new ModuleDescriptor(
                NAME,
                context.getBundle().getVersion().toString(),
                ModuleKind.NATIVE,
                World.PROCESSOR,
                "",
                "Moving average of each channel, with a high alarm that has hysteresis",
                Set.of(),
                "",
                BATCH_MAX,
                STATE_VERSION);
    }

    /** Takes another configuration. */
    @Modified
    public void modified(Map<String, Object> properties) {
        reconfigure(properties);
    }

    /** Stops the module. */
    @Deactivate
    public void deactivate() {
        stop();
    }

    @Override
    protected ModuleLogic newLogic(ModuleConfig config) throws ModuleException {
        return new Average(Average.Settings.read(config), channels);
    }

    @Override
    protected void test() throws ModuleException {
        Average.test(channels);
    }
}
