/** A page that cannot be drawn must not take the others with it: it says so, and offers to load the newest version. */
import { Component, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Failure } from './failure.tsx';

interface BoundaryProps {
  /** Another place is a new beginning. */
  readonly place: string;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly error: Error | null;
  readonly place: string;
}

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps({ place }: BoundaryProps, state: BoundaryState): Partial<BoundaryState> | null {
    return place === state.place ? null : { error: null, place };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <>
        <Failure error={this.state.error} />
        <p>
          Perhaps a newer version is being served by now.{' '}
          <Button onClick={() => window.location.reload()}>Load it</Button>
        </p>
      </>
    );
  }
}
