/** Belay's component: `app.use(belay)` in an application's `convex/convex.config.ts`. */
import { defineComponent } from 'convex/server';

export default defineComponent('belay');
