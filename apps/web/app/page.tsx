import { Gate } from "@/features/entry/gate";

export default function HomePage() {
  return <Gate page="home" />;
}
