/** Who is signed in, for every feature; the session feature asks the server and provides it. */
import { createContext, useContext } from "react";

export interface User {
  id: number;
  username: string;
  role: "observer" | "moderator";
}

export const UserContext = createContext<User | null>(null);

/** The signed-in user; only below the guard that makes sure there is one. */
export function useUser(): User {
  const user = useContext(UserContext);
  if (!user) throw new Error("useUser outside of a signed-in page");
  return user;
}

/** The signed-in user, or null: a visitor on a page that is open to all. */
export const useVisitor = (): User | null => useContext(UserContext);
